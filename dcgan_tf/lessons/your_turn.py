"""The places in a lesson where the student writes: whether it is right, and what the lesson goes on with."""

import traceback
from typing import Callable

import numpy as np

SEEDS = range(5)


def check(written: Callable, solution: Callable, case: Callable, of: Callable | None = None) -> Callable:
    """Says whether a function is right, wrong or not done yet, by what it gives for arguments drawn at random.

        dropout = your_turn.check(dropout, drawings.dropout, lambda rng: (rng.normal(size=(3, 5)), 0.3, rng))

    Args:
        written: the student's function. While it raises NotImplementedError it counts as not done.
        solution: the lesson's own. Both may give numbers, arrays, tensors, or tuples of them.
        case: (a NumPy generator) → the arguments. It is asked again for each call, so that no call sees what another
            left behind.
        of: (an answer) → what of it is compared, where answers are no numbers, as networks are; None compares them.
    Returns:
        `written` if it is right, else `solution`: the lesson runs to its end in any case.
    """
    name, of = written.__name__, of or (lambda answer: answer)
    for seed in SEEDS:
        expected = of(solution(*case(np.random.default_rng(seed))))
        try:
            found = of(written(*case(np.random.default_rng(seed))))
        except NotImplementedError:
            print(f"not done yet: the lesson goes on with its own {name}")
            return solution
        except Exception as error:
            line = traceback.extract_tb(error.__traceback__)[-1].line
            fault = f"{type(error).__name__}: {error}" + (f", in the line “{line}”" if line else "")
        else:
            fault = _fault(found, expected)
        if fault:
            print(f"wrong: {fault}\nThe lesson goes on with its own {name}.")
            return solution
    print("right")
    return written


def _fault(found, expected, where=""):
    """What is wrong with an answer, in words; None if nothing is."""
    if isinstance(expected, str):
        return None if found == expected else f"{found!r} is not {expected!r}"
    if isinstance(expected, (tuple, list)):
        if not isinstance(found, (tuple, list)) or len(found) != len(expected):
            return f"{len(expected)} results are expected, not {_kind(found)}"
        places = (f" of result {i}" for i in range(1, len(expected) + 1))
        faults = (_fault(*both) for both in zip(found, expected, places, strict=True))
        return next((fault for fault in faults if fault), None)
    if found is None:
        return "nothing came back: is there a return?"
    found, expected = _array(found), np.asarray(expected)
    if found is None:
        return f"a number or an array is expected{where}"
    if found.shape != expected.shape:
        return f"the shape{where} is {found.shape}, not {expected.shape}"
    # What was computed in single precision is not exact to more than that.
    tolerance = 1e-4 if np.float32 in (found.dtype, expected.dtype) else 1e-7
    if np.allclose(found, expected, rtol=tolerance, atol=tolerance):
        return None
    at = np.unravel_index(np.argmax(~np.isclose(found, expected, rtol=tolerance, atol=tolerance)), found.shape)
    place = f" at {tuple(map(int, at))}" if at else ""
    return f"the value{where}{place} is {found[at]:.5g}, not {expected[at]:.5g}"


def _array(value):
    try:
        array = np.asarray(value)
    except Exception:
        return None
    return array if array.dtype.kind in "biuf" else None


def _kind(value):
    return f"{len(value)}" if isinstance(value, (tuple, list)) else type(value).__name__
