"""What the exercises' checks need to know of an answer: how it differs from the expected one, in words a student reads.

A right answer may come in any style: float32 or float64, a list where numbers are meant, a tensor.
"""

import numbers
import re

import numpy as np

# Relative and absolute tolerance by the precision of what came back: noise is no mistake.
PRECISION = {"float32": (1e-4, 1e-5), "float16": (1e-2, 2e-3), "bfloat16": (5e-2, 2e-2)}


class WrongKind(Exception):
    """What came is another kind of thing than what is expected."""


def copy(value):
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (tuple, list):
        return type(value)(map(copy, value))
    return {key: copy(v) for key, v in value.items()} if type(value) is dict else value


def equal(a, b):
    """Whether `a` is still what its copy `b` is, to the bit."""
    if isinstance(b, np.ndarray):
        return isinstance(a, np.ndarray) and (a.shape, a.dtype, a.tobytes()) == (b.shape, b.dtype, b.tobytes())
    if type(b) in (tuple, list):
        return len(a) == len(b) and all(map(equal, a, b))
    if type(b) is dict:
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in b)
    return a is b or (isinstance(b, (numbers.Number, str)) and a == b)


def difference(got, expected, rtol, atol):
    """What is wrong with `got`, in words; empty if nothing is.

    Raises:
        WrongKind: it is not even a thing of the right kind; the message says what came and what is wanted.
    """
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            raise WrongKind(f"expected {short(expected)}, got {_kind(got)}")
        if got.keys() != expected.keys():
            return f"expected {short(expected)}, got {short(got)}"
        pairs = {repr(key): (got[key], expected[key]) for key in expected}
    elif isinstance(expected, (tuple, list)):
        if not isinstance(got, (tuple, list)) and np.ndim(got) == 0:
            raise WrongKind(f"expected {short(expected)}, got {_kind(got)}")
        if len(got) != len(expected):
            return f"expected {len(expected)} values, {short(expected)}, got {len(got)}, {short(got)}"
        pairs = dict(enumerate(zip(got, expected, strict=True)))
    elif expected is None or isinstance(expected, (str, bytes)):
        if type(got) is type(expected) and got == expected:
            return ""
        text = f"expected {short(expected)}, got {short(got)}"
        if type(got) is type(expected):
            return text
        raise WrongKind(text)
    else:
        return _difference_of_numbers(got, np.asarray(expected), rtol, atol)
    for key, pair in pairs.items():
        try:
            problem = difference(*pair, rtol, atol)
        except WrongKind as error:
            raise WrongKind(f"in [{key}] {error}") from None
        if problem:
            return f"in [{key}] {problem}"
    return ""


def _difference_of_numbers(got, expected, rtol, atol):
    came, got = got, _array(got, expected)
    if got.shape != expected.shape:
        text = (
            f"expected {short(expected)} of shape {expected.shape}, got {short(got)} of shape {got.shape}, {got.dtype}"
        )
        return f"{text}: the shapes differ"
    whole = expected.ndim == 0 and expected.dtype.kind in "iu"
    if got.dtype.kind not in ("b" if expected.dtype.kind == "b" else "iu" if whole else "iuf"):
        wanted = "True or False" if expected.dtype.kind == "b" else "an integer" if whole else "a number"
        raise WrongKind(f"expected {short(expected)}, got {short(came)} of type {got.dtype}; {wanted} is wanted")
    rtol, atol = _tolerances(got, expected, rtol, atol)
    with np.errstate(all="ignore"):
        wrong = ~np.isclose(got.astype(float), expected.astype(float), rtol=rtol, atol=atol)
    if not wrong.any():
        return ""
    if not wrong.ndim:
        return f"expected {short(expected)}, got {short(got)}"
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f"{wrong.sum()} of {wrong.size} values differ, the first at {list(first)}"
    what = f"(an array of shape {got.shape}, {got.dtype})"
    return f"{where}: expected {short(expected[first])}, got {short(got[first])} {what}"


def _array(got, expected):
    """An answer as an array, if it is made of numbers."""
    wanted = "an array" if expected.ndim else "a number"
    if isinstance(got, (tuple, list)) and expected.ndim:
        try:
            array = np.array(got)
        except ValueError:
            raise WrongKind(f"a {type(got).__name__} with rows of unequal length came, an array is wanted") from None
        if array.dtype.kind not in "biuf":
            raise WrongKind(f"a {type(got).__name__} came that holds more than numbers, an array is wanted")
        return array
    if got is None or not (hasattr(got, "__array__") or isinstance(got, numbers.Number)):
        raise WrongKind(f"expected {short(expected)}, got {_kind(got)}; {wanted} is wanted")
    array = np.asarray(got)
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def _tolerances(got, expected, rtol, atol):
    """Those that the check asks for, or wider ones where numbers of fewer digits came back.

    An absolute tolerance of 0 stays: then tiny numbers must be right, too.
    """
    precision = got.dtype.name
    if precision == "float64":
        with np.errstate(all="ignore"):  # a number from a float32, with zeros behind it
            precision = "float32" if np.array_equal(got, got.astype(np.float32), equal_nan=True) else precision
    if got.dtype.kind != "f" or precision not in PRECISION:
        return rtol, atol
    size = np.abs(expected[np.isfinite(expected)].astype(float)).max(initial=1.0)
    least_rtol, least_atol = PRECISION[precision]
    return max(rtol, least_rtol), max(atol, least_atol * size) if atol else 0.0


def _kind(value):
    return "None: is a `return` missing?" if value is None else f"a {type(value).__name__}, {short(value)}"


def short(value):
    """A value in at most 120 characters, arrays by their shape unless they are tiny, nothing by its address."""
    try:
        if isinstance(value, np.generic) or (hasattr(value, "__array__") and np.ndim(value) == 0):
            value = np.asarray(value).item()
        if hasattr(value, "__array__"):
            array = np.asarray(value)
            text = " ".join(np.array2string(array, precision=4, separator=", ").split())
            text = text if array.size <= 9 and len(text) <= 80 else f"an array of shape {array.shape}, {array.dtype}"
        elif type(value) in (tuple, list):
            inner = ", ".join(map(short, value[:9])) + (", …" if len(value) > 9 else "")
            text = f"[{inner}]" if type(value) is list else f"({inner}{',' * (len(value) == 1)})"
        else:
            text = str(value) if isinstance(value, BaseException) else repr(value)
    except Exception:
        text = f"a {type(value).__name__}"
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", text)
    return text if len(text) <= 120 else f"{text[:117]}..."
