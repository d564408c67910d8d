"""How good the default recipes are, and whether a seed collapses: what `evaluate` prints, for several seeds.

    python benchmarks/five_seeds.py [--data mnist-sample] [--seeds 0 1 2 3 4] [--epochs N] [--out runs/five_seeds]

Each seed is trained by `python -m dcgan_tf train` into a folder of its own below OUT, and goes on there if it was
stopped.
"""

import argparse
import subprocess
import sys
from pathlib import Path


def dcgan_tf(*args):
    command = [sys.executable, "-m", "dcgan_tf", *map(str, args)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def measures(table):
    """Name → (generated, real) of what `evaluate` prints."""
    rows = [line.rsplit(maxsplit=2) for line in table.splitlines()[2:]]
    return {name.strip(): (generated, real) for name, generated, real in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="mnist-sample", choices=["mnist-sample", "mnist", "faces"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--out", type=Path, default=Path("runs/five_seeds"))
    args = parser.parse_args()
    for seed in args.seeds:
        out = args.out / f"{args.data}-{seed}"
        settings = ["--data", args.data, "--seed", seed] + (["--epochs", args.epochs] if args.epochs else [])
        dcgan_tf("train", "--out", out, "--resume", *settings)
        found = measures(dcgan_tf("evaluate", out))
        if seed == args.seeds[0]:
            print("| seed | " + " | ".join(found) + " |\n|" + " --- |" * (len(found) + 1))
        print(f"| {seed} | " + " | ".join(generated for generated, _ in found.values()) + " |", flush=True)
    print("| real | " + " | ".join(real for _, real in found.values()) + " |")


if __name__ == "__main__":
    main()
