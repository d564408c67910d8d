"""Networks and settings that belong together, by name."""

from functools import partial
from typing import Callable, NamedTuple, Sequence

import keras
import numpy as np

from dcgan_tf import losses, models
from dcgan_tf.conditional import ConditionalGAN, conditional_discriminator
from dcgan_tf.data.checks import check_whole
from dcgan_tf.gan import GAN


class Recipe(NamedTuple):
    """What a training needs besides images.

    Attributes:
        networks: (image_size, channels, condition_dim=0) → (generator, discriminator). For a `ConditionalGAN` the
            generator takes `condition_dim` more numbers beside z.
        sizes: sides in pixels of the images that it is for.
        batch_size: images an update.
        learning_rate, beta_1, beta_2: of Adam, the same for both networks.
        average_decay: of the moving average of the generator's weights.
        epochs: how many there are when none are asked for.
        penalty: as in `GAN.compile`.
    """

    networks: Callable
    sizes: tuple[int, ...]
    batch_size: int
    learning_rate: float
    beta_1: float
    beta_2: float
    average_decay: float
    epochs: int
    penalty: Callable | None = None

    def optimizers(self) -> list[keras.optimizers.Optimizer]:
        """Two Adams, for the generator and the discriminator."""
        return [keras.optimizers.Adam(self.learning_rate, self.beta_1, self.beta_2) for _ in range(2)]


def _lean(image_size, channels, condition_dim=0):
    return models.mnist_generator(16 + condition_dim, channels), models.mnist_discriminator(channels)


def _tutorial(image_size, channels, condition_dim=0):
    generator = models.tutorial_generator(models.LATENT_DIM + condition_dim, channels)
    return generator, models.tutorial_discriminator(channels)


def _dcgan(image_size, channels, condition_dim=0, *, filters, groups=None):
    generator = models.dcgan_generator(image_size, channels, models.LATENT_DIM + condition_dim, filters)
    return generator, models.dcgan_discriminator(image_size, channels, filters // 8, groups)


RECIPES = {
    "lean": Recipe(
        _lean,
        sizes=(28,),
        batch_size=32,
        learning_rate=2e-3,
        beta_1=0.5,
        beta_2=0.99,
        average_decay=0.998,
        epochs=10,
    ),
    "tutorial": Recipe(
        _tutorial,
        sizes=(28,),
        batch_size=256,
        learning_rate=1e-4,
        beta_1=0.9,
        beta_2=0.999,
        average_decay=0.0,
        epochs=50,
    ),
    "narrow": Recipe(
        partial(_dcgan, filters=128, groups=8),
        sizes=(32, 64, 128),
        batch_size=32,
        learning_rate=1e-3,
        beta_1=0.5,
        beta_2=0.99,
        average_decay=0.998,
        epochs=20,
        penalty=partial(losses.r1, weight=10.0),
    ),
    "paper": Recipe(
        partial(_dcgan, filters=1024),
        sizes=(32, 64, 128),
        batch_size=128,
        learning_rate=2e-4,
        beta_1=0.5,
        beta_2=0.999,
        average_decay=0.0,
        epochs=20,
    ),
}
"""`paper` is that of Radford et al. (2016), section 4, except that z is normal. `lean` has its networks for 28 pixels,
with an eighth of the generator's width and a quarter of the discriminator's, and is tuned for quality per second of
CPU. `narrow` has its networks for larger pictures at an eighth of their width, and is tuned for drawn faces within
minutes; its discriminator has group normalization and the penalty R1. `tutorial` is the TensorFlow DCGAN tutorial's."""


def default(image_size: int) -> str:
    """The name of the recipe for images of a size when none is asked for."""
    return "lean" if image_size == 28 else "narrow"


def get(name: str, image_size: int) -> Recipe:
    """The recipe of a name.

    Raises:
        ValueError: there is none of that name, or it is not for images of that size.
    """
    if name not in RECIPES:
        raise ValueError(f"there is no recipe {name!r}, only {', '.join(RECIPES)}")
    if image_size not in RECIPES[name].sizes:
        fitting = [other for other, recipe in RECIPES.items() if image_size in recipe.sizes]
        raise ValueError(
            f"the recipe {name} is for images of {' or '.join(map(str, RECIPES[name].sizes))} pixels, "
            f"not {image_size}; at {image_size} there is {' and '.join(fitting) or 'none'}"
        )
    return RECIPES[name]


def build(
    name: str,
    image_shape: tuple[int, int, int],
    seed: int = 0,
    jit_compile: bool = False,
    conditions: tuple[np.ndarray, np.ndarray] | None = None,
    names: Sequence[str] = (),
) -> GAN:
    """A compiled GAN.

    Args:
        name: in `RECIPES`.
        image_shape: (H, W, C) of the images, H = W.
        seed: of the initial weights, dropout and latent vectors; sets Keras's global seed too.
        jit_compile: compile the step with XLA.
        conditions: of a `ConditionalGAN`, a pair (conditions, frequencies) as from `labels.conditions_of`.
        names: of its classes or attributes.
    Returns:
        A `GAN`, or a `ConditionalGAN` with `conditions`.
    Raises:
        ValueError: no such recipe, or other images than it is for.
    """
    if np.shape(image_shape) != (3,) or image_shape[0] != image_shape[1]:
        raise ValueError(f"image_shape must be (H, W, C) with H = W, not {image_shape}")
    check_whole(0, seed=seed)
    recipe = get(name, image_shape[0])
    keras.utils.set_random_seed(seed)
    condition_dim = 0 if conditions is None else conditions[0].shape[1]
    generator, discriminator = recipe.networks(image_shape[0], image_shape[-1], condition_dim)
    if conditions is None:
        gan = GAN(generator, discriminator, seed)
    else:
        discriminator = conditional_discriminator(discriminator, condition_dim)
        gan = ConditionalGAN(generator, discriminator, *conditions, seed, names=names)
    gan.compile(
        *recipe.optimizers(), penalty=recipe.penalty, average_decay=recipe.average_decay, jit_compile=jit_compile
    )
    return gan
