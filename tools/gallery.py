"""Takes the README's pictures out of the executed lessons and writes them to docs/; `make lessons` calls it."""

import base64
import json
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


def picture(lesson, cell_id):
    """The bytes of the first picture among a cell's outputs."""
    page = json.loads((ROOT / "notebooks" / f"{lesson}.ipynb").read_text("utf-8"))
    (cell,) = [cell for cell in page["cells"] if cell["id"] == cell_id]
    shown = [item for output in cell["outputs"] for item in output.get("data", {}).items()]
    return base64.b64decode("".join(next(text for kind, text in shown if kind.startswith("image/"))))


def main():
    for name, place in PICTURES.items():
        (ROOT / "docs" / name).write_bytes(picture(*place))


if __name__ == "__main__":
    main()
