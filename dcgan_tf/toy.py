"""GANs small enough to be seen whole: points in the plane, and games of two numbers."""

from typing import Callable, NamedTuple

import numpy as np

from dcgan_tf.data.checks import check_numbers, check_whole


def ring_centres(modes: int = 8, radius: float = 2.0) -> np.ndarray:
    """The centres of `ring`: (modes, 2), equally spaced on a circle around 0."""
    check_whole(modes=modes)
    check_numbers(radius=radius)
    angles = 2 * np.pi * np.arange(modes) / modes  # the last must not be the first again
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def grid_centres(side: int = 5, spacing: float = 2.0) -> np.ndarray:
    """The centres of `grid`: (side², 2), `spacing` apart, around 0."""
    check_whole(side=side)
    check_numbers(spacing=spacing)
    steps = spacing * (np.arange(side) - (side - 1) / 2)
    return np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)


def ring(n: int, modes: int = 8, radius: float = 2.0, std: float = 0.02, seed: int = 0) -> np.ndarray:
    """Points of a mixture of Gaussians whose centres lie on a circle: float32 (n, 2), in random order.

    The modes have equally many points, or one more if n is no multiple of their number; the defaults are those of
    Metz et al. (2017). `std` is the standard deviation of each coordinate about the centre.
    """
    return _mixture(n, ring_centres(modes, radius), std, seed)


def grid(n: int, side: int = 5, spacing: float = 2.0, std: float = 0.05, seed: int = 0) -> np.ndarray:
    """Points of a mixture of Gaussians whose centres form a square grid; the rest as for `ring`."""
    return _mixture(n, grid_centres(side, spacing), std, seed)


def _mixture(n, centres, std, seed):
    check_whole(n=n)
    check_whole(0, seed=seed)
    check_numbers(0, std=std)
    random = np.random.default_rng(seed)
    which = random.permutation(np.arange(n) % len(centres))
    return (centres[which] + std * random.normal(size=(n, 2))).astype(np.float32)


def modes(points: np.ndarray, centres: np.ndarray, std: float) -> tuple[int, float]:
    """How many modes are covered, and the share of the points that belong to any.

    A point belongs to a mode if it lies at most three standard deviations from its centre. A mode is covered if at
    least 2 % of all points belong to it.

    Args:
        points: (n, 2).
        centres: (modes, 2), so far apart that no point belongs to two.
        std: as the points of the mixture were drawn with.
    """
    check_numbers(0, std=std)
    for name, array in (("points", points), ("centres", centres)):
        if np.ndim(array) != 2 or np.shape(array)[1] != 2 or not len(array):
            raise ValueError(f"{name} must be (n, 2), at least one, not of {np.shape(array)}")
    distances = np.linalg.norm(np.asarray(points, np.float64)[:, None] - centres, axis=2)  # (n, modes)
    near = distances <= 3 * std
    return int((near.mean(axis=0) >= 0.02).sum()), float(near.any(axis=1).mean())


class Game(NamedTuple):
    """Two players, one number each: x, the generator, and y, the discriminator.

    Attributes:
        x_gradient, y_gradient: (x, y) → the derivative of the player's own loss in its own number. Both descend.
    """

    x_gradient: Callable
    y_gradient: Callable


bilinear = Game(lambda x, y: y, lambda x, y: -x)
"""V = xy: x minimises it, y maximises it."""


def dirac(loss: str = "non_saturating", penalty: float = 0.0) -> Game:
    """The smallest GAN (Mescheder et al., 2018, section 2): one real point at 0, one generated at x, D(a) = y·a.

    Args:
        loss: "minimax", "non_saturating" or "wasserstein", as in `losses`.
        penalty: γ of R1, which adds γ/2·y² to the discriminator's loss. R2 is the same here, as the slope of D is
            everywhere y: for both take twice the γ.
    Raises:
        ValueError: there is no loss of that name.
    """

    def sigmoid(logit):
        return 0.5 + 0.5 * np.tanh(0.5 * logit)

    # The derivatives of either side's loss in the logit of the generated point, xy; that of the real one is 0.
    sides = {
        "minimax": (lambda logit: -sigmoid(logit), sigmoid),
        "non_saturating": (lambda logit: -sigmoid(-logit), sigmoid),
        "wasserstein": (lambda logit: -1.0, lambda logit: 1.0),
    }
    check_numbers(0, penalty=penalty)
    if loss not in sides:
        raise ValueError(f"loss must be one of {', '.join(sides)}, not {loss!r}")
    generator, discriminator = sides[loss]
    return Game(lambda x, y: y * generator(x * y), lambda x, y: x * discriminator(x * y) + penalty * y)


def play(
    game: Game, rounds: int, step_size: float, start: tuple = (1.0, 0.0), alternating: bool = False,
    extragradient: bool = False, momentum: float = 0.0, averaging: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """The path (x, y) of two players who descend the gradients of their losses.

    Args:
        game: `bilinear`, a `dirac(…)`, or a `Game` of one's own.
        rounds: how many steps each player makes.
        step_size: of both.
        start: (x, y).
        alternating: y, the discriminator, steps first, and x answers what it finds. Otherwise both step from where
            they stand.
        extragradient: both step with the gradients at the point that a plain step would lead to (Korpelevich, 1976).
        momentum: this share of a player's last step is added to the next; it may be negative.
        averaging: λ of historical averaging (Salimans et al., 2016, section 3.3): each player's loss gains
            λ(θ − θ̄)², θ̄ the mean of the player's numbers so far.
    Returns:
        (rounds + 1, 2), the start first.
    Raises:
        ValueError: both `alternating` and `extragradient`.
    """
    if alternating and extragradient:
        raise ValueError("choose either alternating or extragradient")
    if not all(callable(getattr(game, name, None)) for name in Game._fields):
        raise TypeError(f"game must be bilinear, a dirac(…) or a Game, not {game!r}")
    if np.shape(start) != (2,):
        raise ValueError(f"start must be two numbers, x and y, not {start!r}")
    check_whole(0, rounds=rounds)
    check_numbers(0, averaging=averaging)
    check_numbers(step_size=step_size, momentum=momentum, start_x=start[0], start_y=start[1])
    x_mean = y_mean = x_step = y_step = 0.0

    def x_gradient(x, y):
        return game.x_gradient(x, y) + 2 * averaging * (x - x_mean)

    def y_gradient(x, y):
        return game.y_gradient(x, y) + 2 * averaging * (y - y_mean)

    path = np.empty((rounds + 1, 2))
    path[0] = x, y = start
    for i in range(1, rounds + 1):
        x_mean, y_mean = x_mean + (x - x_mean) / i, y_mean + (y - y_mean) / i
        at = x, y
        if extragradient:
            at = x - step_size * x_gradient(x, y), y - step_size * y_gradient(x, y)
        y_step = momentum * y_step - step_size * y_gradient(*at)
        x_step = momentum * x_step - step_size * (x_gradient(x, y + y_step) if alternating else x_gradient(*at))
        path[i] = x, y = x + x_step, y + y_step
    return path
