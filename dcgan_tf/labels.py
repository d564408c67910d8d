"""Labels: what a data set has of them, and how one asks for images by them. NumPy only."""

import re

import numpy as np

from dcgan_tf.data.base import shown


def conditions_of(labels, classes: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The conditions that occur in a data set and how often: what `ConditionalGAN` takes.

    Args:
        labels: integers from 0, (N,) or (N, 1), or attributes (N, C).
        classes: how many there are, for integers; None: the largest label + 1.
    Returns:
        conditions, float32 (M, C), and counts (M,): one-hot rows for integers, the rows that occur for attributes.
    Raises:
        ValueError: a label is negative or not below `classes`, or there are more classes than labels or than 1,000.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind in "iu" and labels.shape[1:] == (1,):  # Keras has those of CIFAR-10 so
        labels = labels[:, 0]
    kinds = {1: "iu", 2: "iufb"}.get(labels.ndim, "")
    if labels.dtype.kind not in kinds or 0 in labels.shape or not np.isfinite(labels).all():
        raise ValueError(f"labels must be integers (N,) or attributes (N, C), not {labels.dtype} {labels.shape}")
    if labels.ndim == 1:
        if labels.min() < 0 or (not classes and labels.max() >= len(labels)):
            raise ValueError(f"labels must number the classes from 0, not be {labels.min()} to {labels.max()}")
        counts = np.bincount(labels, minlength=classes or 0)
        if classes and len(counts) > classes:
            raise ValueError(f"with {classes} classes the labels must be below {classes}, not {labels.max()}")
        if len(counts) > 1_000:  # the discriminator takes a channel for each
            raise ValueError(f"there may be at most 1,000 classes, not {len(counts):,}: join some of them")
        return np.eye(len(counts), dtype=np.float32), counts
    rows, counts = np.unique(labels, axis=0, return_counts=True)
    return rows.astype(np.float32), counts


def proportional_rows(frequencies, n: int) -> np.ndarray:
    """n rows of `conditions`, each as often as the data have it, in ascending order: integers (n,).

    Args:
        frequencies: (M,), as counts or shares.
        n: how many.
    """
    share = np.cumsum(frequencies) / np.sum(frequencies)
    return np.searchsorted(share, (np.arange(n) + 0.5) / n)


def requested(labels, n: int, conditions: np.ndarray, frequencies=None, names=()) -> np.ndarray:
    """y for n images, float32 (n, C), of labels in any of the ways in which they can be given.

    Args:
        labels: None: the rows of `conditions` in order, each as often as the data have it. A text: the name of a class
            or its number, or the names or numbers of all attributes that are wanted, with commas between. Integers,
            one for all or n of them: rows of `conditions`. Other numbers: y itself, (C,), (1, C) or (n, C).
        n: how many images.
        conditions: (M, C).
        frequencies: (M,), how often each occurs; None: all alike.
        names: of the C classes or attributes.
    Raises:
        ValueError: a label that there is not, or that never occurs.
    """
    rows, length = conditions.shape
    frequencies = np.ones(rows) if frequencies is None else np.asarray(frequencies)
    if labels is None:
        return conditions[proportional_rows(frequencies, n)]
    if isinstance(labels, str):
        labels = _of_text(labels, conditions, names)
    labels = np.asarray(labels)
    if labels.dtype.kind in "iu" and labels.shape == (n, 1) and length > 1:
        labels = labels[:, 0]
    if labels.ndim < 2 and labels.dtype.kind in "iu":
        fitting = labels.shape in ((), (n,)) and 0 <= labels.min(initial=0) <= labels.max(initial=0) < rows
    else:
        fitting = labels.dtype.kind in "iufb" and labels.shape in ((length,), (1, length), (n, length))
    if not fitting:
        raise ValueError(
            f"labels must be one for all or {n} of them, integers from 0 to {rows - 1} or y of {length} numbers "
            f"as in [[1.0, …]], not {str(labels.tolist())[:60]}"
        )
    y = conditions[labels] if labels.ndim < 2 and labels.dtype.kind in "iu" else labels.astype(np.float32)
    y = np.broadcast_to(y, (n, length))
    never = y.any(axis=0) & ~conditions[frequencies > 0].any(axis=0)
    if never.any():
        raise ValueError(f"{shown((names or range(length))[never.argmax()])} never occurs in the training images")
    return y


def _of_text(text, conditions, names):
    """y, (1, C), of names or numbers with commas between."""
    length = conditions.shape[1]
    known = {name.strip(): i for i, name in enumerate(names)}
    if not any(name.isdecimal() for name in names):  # else it would be a riddle what "3" means
        known |= {str(i): i for i in range(length)}
    one_hot = np.array_equal(conditions, np.eye(length))
    any_name = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))  # which may have commas itself
    parts = re.findall(rf"(?:^|,)\s*({any_name}|[^,]*?)\s*(?=,|$)", text) if text.strip() else []
    wanted = [text.strip()] if one_hot else parts
    if not known.keys() >= set(wanted):
        what = "one class" if one_hot else "attributes with commas between"
        raise ValueError(f"a label is {what} of {shown(', '.join(names)) or f'0 to {length - 1}'}, not {text!r}")
    y = np.zeros((1, length), np.float32)
    y[:, [known[part] for part in wanted]] = 1
    return y
