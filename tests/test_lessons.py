"""Notebooks in students' Drives import names of version 0.1, and install what the branch holds today."""

import importlib
import subprocess
import sys

import pytest
from conftest import environment

# All public names that the modules of 0.1 defined.
OLD = {
    "plots": "DISCRIMINATOR GENERATED LIGHT REAL THIRD animation curves figure_pixels figure_png gif grid png rows "
    "show_rows write",
    "plots.activations": "shapes fits jacobian signal_frames spread depth_curves over_steps arms read_table STYLES",
    "plots.conditional": "tables confusion obedience",
    "plots.convolution": "sliding starts places matrix cone panels PALE_BLUE MIDDLE_BLUE PALE_ORANGE BROWN GAP",
    "plots.dcgan": "stages blocks scores over_time",
    "plots.dropout": "masks scaling_rules feature_maps small_network forward all_thinned thinned_networks overfitting "
    "deletion shrinkage monte_carlo logits",
    "plots.faces": "budget",
    "plots.figures": "curves at_most_three plain_log figure_png figure_pixels REAL GENERATED DISCRIMINATOR THIRD LIGHT",
    "plots.game": "diagram one_dimension one_dimension_frames pushforward arrows arrow_frames",
    "plots.images": "grid rows show_rows png write gif animation",
    "plots.inside": "signed lengths bars removals points histograms COLOURS",
    "plots.normalization": "together shared_maps drift drift_frames lines side_by_side QUANTILES",
    "plots.transposed": "scatter_frames gather_frames matrix_pair lost_remainder GUIDE",
    "plots.upsampling": "overlap overlap_maps shapes pictures",
    "notebook": "SetupError setup",
    "exercises": "Question Answer",
}
# Where they are now, if not under the same name in `dcgan_tf.lessons`.
MOVED = {
    "plots.activations.shapes": "lessons.activations.functions_and_derivatives",
    "plots.images.write": "data.files.write",
    "plots.inside.bars": "plots.figures.bars",
    "plots.normalization.together": "lessons.normalization.normalization_methods",
    "plots.upsampling.shapes": "data.shapes.random_shapes",
}
# These took the Markdown of a table, and still do under their old names.
OF_MARKDOWN = {
    "plots.activations.arms",
    "plots.activations.read_table",
    "plots.conditional.obedience",
    "plots.dcgan.over_time",
}
STAYED = ("plots", "plots.figures", "plots.images")


def find(path):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(f"dcgan_tf.{module}"), name)


@pytest.mark.parametrize("module", OLD)
def test_an_old_name_is_the_new_object(module):
    for name in OLD[module].split():
        path = f"{module}.{name}"
        if path in OF_MARKDOWN:
            continue
        stays = module in STAYED and path not in MOVED
        new = path if stays else MOVED.get(path, f"lessons.{module.removeprefix('plots.')}.{name}")
        assert find(path) is find(new), path


TABLE = """
| switched off | distance after 1 epoch | distance after 3 epochs | recall |
| --- | --- | --- | --- |
| nothing | 4.0, 2.0, 3.0 | 2.0, 1.0, 3.0 | 0.8, 0.8, 0.7 |
| something | 8.0, 8.0, 9.0 | 4.0, 4.0, 5.0 | 0.1, 0.1, 0.1 |
"""


def test_old_names_still_take_tables_of_markdown():
    from dcgan_tf.plots import activations, conditional, dcgan

    head = "distance after 1 epoch"
    assert activations.read_table(TABLE, head) == {"nothing": [4, 2, 3], "something": [8, 8, 9]}
    with pytest.raises(ValueError, match="'recall', not 'colour'"):
        activations.read_table(TABLE, "colour")
    assert activations.arms(TABLE, head, "distance").axes[0].get_lines()[0].get_xdata().tolist() == [4, 2, 3]
    points = conditional.obedience(TABLE, "recall", head).axes[0].get_lines()[1].get_xydata().tolist()
    assert points == [[8, 0.1], [8, 0.1], [9, 0.1]]
    curves = [line.get_xydata().tolist() for line in dcgan.over_time(TABLE).axes[0].get_lines()]
    assert curves[0] == [[1, 4], [3, 2]]
    assert curves[7] == [[1, 8], [3, 4]]


@pytest.mark.parametrize("module", OLD)
def test_a_name_that_never_was_is_not_found(module):
    with pytest.raises(ImportError, match="no_such_name"):
        exec(f"from dcgan_tf.{module} import no_such_name")


def test_old_names_are_imported_silently():
    lines = [f"from dcgan_tf.{module} import {', '.join(names.split())}" for module, names in OLD.items()]
    lines += ["from dcgan_tf import notebook, plots", "from dcgan_tf.plots import activations as drawings, upsampling"]
    command = [sys.executable, "-W", "error", "-c", "\n".join(lines)]
    result = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_plots_do_not_import_lessons():
    modules = [f"dcgan_tf.{name}" for name in OLD]
    program = f"import sys, importlib; [importlib.import_module(name) for name in {modules}]\n"
    program += "print([name for name in sys.modules if name.startswith('dcgan_tf.lessons')])"
    result = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


def test_what_needs_ipython_imports_it_when_it_is_called():
    program = (
        "import sys; from dcgan_tf.lessons import notebook; import dcgan_tf.plots; print('IPython' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True)
    assert result.stdout.strip() == "False", result.stderr
