"""Arguments that mean nothing are refused by name."""

import math
import numbers


def check_whole(least: int = 1, /, **values) -> None:
    """Raises ValueError unless all values are integers of at least `least`."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
            raise ValueError(f"{name} must be an integer of at least {least}, not {value!r}")


def check_numbers(least: float = -math.inf, most: float = math.inf, /, **values) -> None:
    """Raises ValueError unless all values are finite numbers from `least` to `most`."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, numbers.Real) or not math.isfinite(value):
            raise ValueError(f"{name} must be a finite number, not {value!r}")
        if not least <= value <= most:
            allowed = f"at least {least:g}" if most == math.inf else f"from {least:g} to {most:g}"
            raise ValueError(f"{name} must be {allowed}, not {value!r}")
