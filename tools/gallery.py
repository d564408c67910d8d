"""Takes the README's pictures out of the executed lessons and writes them to docs/; `make lessons` calls it.

One of them, the rules broken in turn, comes from an experiment.
"""

import base64
import json
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# file in docs/: lesson, id of the cell that shows it
PICTURES = {
    "training.gif": ("06_dcgan_mnist", "06-dcgan-mnist-52"),
    "faces.jpg": ("07_dcgan_faces", "07-dcgan-faces-56"),
    "walk.gif": ("08_inside_the_dcgan", "08-inside-the-dcgan-18"),
    "arithmetic.jpg": ("08_inside_the_dcgan", "08-inside-the-dcgan-28"),
    "chosen_digits.png": ("09_conditional_gan", "09-conditional-gan-47"),
    "chosen_faces.jpg": ("09_conditional_gan", "09-conditional-gan-68"),
}
# arm of experiments/06_switch_guidelines.py: what its row is called in docs/broken_rules.png
RULES = {
    "guidelines": "all rules kept",
    "max pooling in D": "pooling instead of strides in D",
    "no tanh": "no tanh at G's output",
    "no batch normalization": "no batch normalization",
    "batch normalization everywhere": "batch normalization in every layer",
    "hidden dense layers": "hidden dense layers",
    "β₁ = 0.9": "Adam with β₁ = 0.9, not 0.5",
    "all at once, but tanh": "all at once, but for tanh",
}


def picture(lesson, cell_id):
    """The bytes of the first picture among a cell's outputs."""
    page = json.loads((ROOT / "notebooks" / f"{lesson}.ipynb").read_text("utf-8"))
    (cell,) = [cell for cell in page["cells"] if cell["id"] == cell_id]
    shown = [item for output in cell["outputs"] for item in output.get("data", {}).items()]
    return base64.b64decode("".join(next(text for kind, text in shown if kind.startswith("image/"))))


def broken_rules(scale=3, names=470, font_size=26):
    """Ten samples of each arm in `RULES`, its name on the left, as an image of Pillow's."""
    import matplotlib
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    sys.path.insert(0, str(ROOT / "experiments"))  # the script imports `runner` from there
    arms = list(runpy.run_path(str(ROOT / "experiments" / "06_switch_guidelines.py"))["ARMS"])
    samples = np.asarray(Image.open(ROOT / "experiments" / "06_switch_guidelines_samples.png").convert("L"))
    samples = samples.reshape(len(arms), 28, 10, 28)  # arm, row of pixels, sample, column of pixels
    side = 28 * scale + 6
    sheet = Image.new("L", (names + 10 * side, len(RULES) * side), 255)
    font = ImageFont.truetype(str(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")), font_size)
    for row, (arm, name) in enumerate(RULES.items()):
        middle = (names - 14, row * side + side // 2)
        ImageDraw.Draw(sheet).text(middle, name, fill=0, font=font, anchor="rm")
        for column in range(10):
            digit = Image.fromarray(samples[arms.index(arm), :, column].repeat(scale, 0).repeat(scale, 1))
            sheet.paste(digit, (names + column * side + 3, row * side + 3))
    return sheet


def main():
    for name, place in PICTURES.items():
        (ROOT / "docs" / name).write_bytes(picture(*place))
    broken_rules().save(ROOT / "docs" / "broken_rules.png", optimize=True)


if __name__ == "__main__":
    main()
