"""How fast the data come, how much memory they take, and how long the imports are.

    python benchmarks/pipeline.py [--sizes 10000 100000] [--memory 10000 100000 1000000] [--repeats 7]

The data are 64×64 colour images in memory-mapped files. These are sparse: they have the size of a data set but hold
nothing, so that no disk is measured. Memory is read from Linux's `/proc`; elsewhere that table is left out.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from machine import describe

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

BATCH_SIZE = 128
ROLLUP = Path("/proc/self/smaps_rollup")

IMPORTS = ["import tensorflow", "import tensorflow, keras", "import dcgan_tf", "import dcgan_tf.gan"]


def markdown(header, rows):
    """Prints a Markdown table, its first column to the left and the others to the right."""
    print("\n| " + " | ".join(header) + " |")
    print("| --- |" + " ---: |" * (len(header) - 1))
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |", flush=True)


def memory_mapped(folder, count):
    """`count` images, uint8 (count, 64, 64, 3), mapped from a sparse file, read-only as a cache is."""
    path = Path(folder) / f"{count}.npy"
    np.lib.format.open_memmap(path, "w+", np.uint8, (count, 64, 64, 3))
    return np.lib.format.open_memmap(path, "r")


def images_per_second(images, passes=3):
    """The rate of each of some passes over the data. The first maps every page of the file, the others find them."""
    from dcgan_tf import data

    iterator = iter(data.batches(images, BATCH_SIZE, seed=0))
    next(iterator)  # builds the pipeline and shuffles
    steps, rates = len(images) // BATCH_SIZE, []
    for _ in range(passes):
        start = time.perf_counter()
        for _ in range(steps):
            next(iterator)
        rates.append(steps * BATCH_SIZE / (time.perf_counter() - start))
    return rates


def anonymous_bytes():
    """Memory of this process that no file stands behind: heap, stacks, tensors.

    The pages of a memory-mapped file are not in it: the kernel drops and reads them again as it likes. The resident
    set (RSS), and psutil's USS too, would count those that happen to be mapped and so grow with every image read.
    """
    line = next(line for line in ROLLUP.read_text().splitlines() if line.startswith("Anonymous:"))
    return int(line.split()[1]) * 1024


def settled_memory(images, start_step, steps=200):
    """The iterator after some steps, and the median of the anonymous memory during the second half of them."""
    from dcgan_tf import data

    # The index does not depend on the batch size, and small batches leave less noise in the allocator than 128.
    iterator = iter(data.batches(images, batch_size=8, seed=0, start_step=start_step))
    weights = []
    for _ in range(steps):
        next(iterator)
        weights.append(anonymous_bytes())
    return iterator, median(weights[steps // 2 :])


def growth(count):
    """Bytes of anonymous memory that iterating over `count` images adds, an epoch's end passed on the way."""
    with tempfile.TemporaryDirectory() as folder:
        images = memory_mapped(folder, count)
        # Threads and buffers come with the first data set, whatever its size; it is kept, with what it holds.
        _first, before = settled_memory(images[:1000], 0)
        _second, after = settled_memory(images, start_step=count // 8 - 20)
        return after - before


def fresh_process(*arguments):
    """What another Python prints, as a number."""
    result = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True)
    return float(result.stdout.split()[-1])


def interleaved(tasks, repeats):
    """Runs every task in turn, `repeats` times; {name: results}."""
    results = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, task in tasks.items():
            results[name].append(task())
    return results


def pipeline_table(sizes):
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for count in sizes:
            first, *later = images_per_second(memory_mapped(folder, count))
            rows.append([f"{count:,}", f"{first:,.0f}", f"{median(later):,.0f}"])
    markdown(["images in the file", "images/s, first pass", "images/s, later (must: 20,000)"], rows)


def memory_table(counts, repeats):
    tasks = {n: lambda n=n: fresh_process(__file__, "--growth", str(n)) for n in sorted(counts)}
    grown = {count: median(results) for count, results in interleaved(tasks, repeats).items()}
    smallest = min(grown)
    rows = []
    for count, growth_here in grown.items():
        above = (growth_here - grown[smallest]) / (count - smallest) if count > smallest else None
        rows.append([f"{count:,}", f"{growth_here / 2**20:.2f}", "–" if above is None else f"{above:.1f}"])
    header = ["images in the file", "anonymous memory, + MiB"]
    markdown([*header, f"bytes an image above {smallest:,} (must: 8, the index)"], rows)


def import_table(repeats):
    code = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
    tasks = {name: lambda name=name: fresh_process("-c", code.format(name)) for name in IMPORTS}
    interleaved(tasks, 1)  # compiles to .pyc and brings the files into memory
    seconds = {name: median(results) for name, results in interleaved(tasks, repeats).items()}
    base = seconds["import tensorflow"]
    rows = [[f"`{name}`", f"{s:.2f}", f"{s / base:.2f}"] for name, s in seconds.items()]
    markdown(["fresh process", "median seconds", "ratio (must: 1.10)"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10**4, 10**5], help="of the files to be timed")
    parser.add_argument(
        "--memory", type=int, nargs="*", default=[10**4, 10**5, 10**6], help="of the files to be weighed"
    )
    parser.add_argument(
        "--repeats", type=int, default=7, help="fresh processes for each import, half as many for each weight"
    )
    parser.add_argument("--growth", type=int, metavar="COUNT", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.growth:  # the fresh process of `memory_table`
        print(growth(arguments.growth))
        return
    print(describe(), flush=True)
    import_table(arguments.repeats)
    if arguments.memory and ROLLUP.exists():
        memory_table(arguments.memory, (arguments.repeats + 1) // 2)
    if arguments.sizes:
        pipeline_table(arguments.sizes)


if __name__ == "__main__":
    main()
