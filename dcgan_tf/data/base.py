"""What every source of images returns, and where the bundled images are."""

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
