"""What every source of images returns, where the bundled images are, and how arguments and names are looked at."""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

# In a checkout the data lie beside the package, in an installed package inside it.
_HERE = Path(__file__).resolve().parent.parent
BUNDLED = next((p for p in (_HERE / "bundled", _HERE.parent / "data") if p.is_dir()), _HERE / "bundled")


class Dataset(NamedTuple):
    """Images with their labels.

    Attributes:
        images: uint8, (N, H, W, C), in memory or memory-mapped.
        labels: integers (N,), or attributes (N, A), or None.
        names: of the classes or attributes.
    """

    images: np.ndarray
    labels: np.ndarray | None = None
    names: tuple[str, ...] = ()


def check_split(split: str) -> None:
    """Raises ValueError unless the split is `"train"` or `"test"`."""
    if split not in ("train", "test"):
        raise ValueError(f"split is 'train' or 'test', not {split!r}")


def is_integer(value, least: int, most: float = math.inf) -> bool:
    """Whether a value is an integer from `least` to `most`; True and False are none."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and least <= value <= most


def shown(text) -> str:
    """A text from outside as it can be printed: what a terminal would obey, or cannot show, is escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text))


def reason(error: Exception) -> str:
    """What an error says, on one line: what can be printed of the first 500 characters, or else its type."""
    said = " ".join(str(error).split()) or type(error).__name__
    return shown(said if len(said) <= 500 else said[:500] + " …")
