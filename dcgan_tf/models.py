"""The networks: generators z → image in [−1, 1] and discriminators image → logit, all `keras.Sequential`."""

import math
from typing import Callable

import keras
from keras import initializers, layers

from dcgan_tf.data.checks import check_whole

LATENT_DIM = 100

# The last layer of each network has `dtype="float32"`: under mixed precision, pictures and logits stay precise.


def _normal(mean=0.0):
    return initializers.RandomNormal(mean, 0.02)  # Radford et al. (2016), section 4


def _dcgan_norm(name):
    # The momentum is a choice of ours: moving averages as fast as a training of a few hundred steps needs.
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, gamma_initializer=_normal(1.0), name=name)


def tutorial_generator(latent_dim: int = LATENT_DIM, channels: int = 1) -> keras.Sequential:
    """Generator of the TensorFlow DCGAN tutorial, for 28×28 images: Glorot weights, leaky ReLU of slope 0.3.

    Args:
        latent_dim: length of the latent vector z.
        channels: of the image; the tutorial has 1.
    Returns:
        `keras.Sequential`, (batch, latent_dim) → (batch, 28, 28, channels) in [−1, 1].
    """
    check_whole(latent_dim=latent_dim, channels=channels)
    model = keras.Sequential([keras.Input((latent_dim,))], name="tutorial_generator")
    model.add(layers.Dense(7 * 7 * 256, use_bias=False, name="project"))
    model.add(layers.BatchNormalization(name="project_norm"))
    model.add(layers.LeakyReLU(0.3, name="project_relu"))
    model.add(layers.Reshape((7, 7, 256), name="reshape"))
    for block, (filters, strides) in enumerate([(128, 1), (64, 2)], start=1):
        up = layers.Conv2DTranspose(filters, 5, strides, padding="same", use_bias=False, name=f"up_{block}")
        model.add(up)  # 7×7×128, then 14×14×64
        model.add(layers.BatchNormalization(name=f"norm_{block}"))
        model.add(layers.LeakyReLU(0.3, name=f"relu_{block}"))
    model.add(layers.Conv2DTranspose(channels, 5, 2, padding="same", use_bias=False, name="image"))
    model.add(layers.Activation("tanh", dtype="float32", name="tanh"))
    return model


def tutorial_discriminator(channels: int = 1) -> keras.Sequential:
    """Discriminator of the TensorFlow DCGAN tutorial, for 28×28 images: dropout 0.3, no batch normalization.

    Args:
        channels: of the image; the tutorial has 1.
    Returns:
        `keras.Sequential`, (batch, 28, 28, channels) → logits (batch, 1).
    """
    check_whole(channels=channels)
    model = keras.Sequential([keras.Input((28, 28, channels))], name="tutorial_discriminator")
    for block, filters in enumerate([64, 128], start=1):
        model.add(layers.Conv2D(filters, 5, 2, padding="same", name=f"down_{block}"))
        model.add(layers.LeakyReLU(0.3, name=f"relu_{block}"))
        model.add(layers.Dropout(0.3, name=f"dropout_{block}"))
    model.add(layers.Flatten(name="flatten"))
    model.add(layers.Dense(1, dtype="float32", name="logit"))
    return model


def mnist_generator(latent_dim: int = 16, channels: int = 1) -> keras.Sequential:
    """Generator of the `lean` recipe, for 28×28 images: `dcgan_generator` at an eighth of the paper's width.

    Args:
        latent_dim: length of the latent vector z.
        channels: of the image.
    Returns:
        `keras.Sequential`, (batch, latent_dim) → (batch, 28, 28, channels) in [−1, 1].
    """
    return dcgan_generator(28, channels, latent_dim, filters=128, name="mnist_generator")


def mnist_discriminator(channels: int = 1) -> keras.Sequential:
    """Discriminator of the `lean` recipe, for 28×28 images: `dcgan_discriminator` at a quarter of the paper's width.

    Args:
        channels: of the image.
    Returns:
        `keras.Sequential`, (batch, 28, 28, channels) → logits (batch, 1).
    """
    return dcgan_discriminator(28, channels, filters=32, name="mnist_discriminator")


def dcgan_generator(
    image_size: int = 64,
    channels: int = 3,
    latent_dim: int = LATENT_DIM,
    filters: int = 1024,
    name: str = "dcgan_generator",
) -> keras.Sequential:
    """Generator of Radford et al. (2016), figure 1: projects z and doubles the size until `image_size`.

    Args:
        image_size: side of the square output in pixels, 28, 32, 64 or 128; for 28, the 8×8 that 4×4 becomes
            are cropped to 7×7.
        channels: of the image, 3 for colour.
        latent_dim: length of the latent vector z.
        filters: channels of the first 4×4 feature map; halved at each doubling.
        name: of the model.
    Returns:
        `keras.Sequential`, (batch, latent_dim) → (batch, image_size, image_size, channels) in [−1, 1].
    Raises:
        ValueError: another `image_size`, or `filters` that cannot be halved so often.
    """
    check_whole(channels=channels, latent_dim=latent_dim)
    sides = _sides(image_size)
    halvings = len(sides) - 2
    if not isinstance(filters, int) or filters < 1 or filters % 2**halvings:
        raise ValueError(f"filters must be a multiple of {2**halvings} for {image_size} pixels, not {filters}")
    model = keras.Sequential([keras.Input((latent_dim,))], name=name)
    # Batch normalization subtracts the mean, and with it any bias: the layers before it have none.
    model.add(layers.Dense(4 * 4 * filters, use_bias=False, kernel_initializer=_normal(), name="project"))
    model.add(layers.Reshape((4, 4, filters), name="reshape"))
    model.add(_dcgan_norm("project_norm"))
    model.add(layers.ReLU(name="project_relu"))
    for block, side in enumerate(sides[1:-1], start=1):  # 4×4×1024 → 8×8×512 → 16×16×256 → 32×32×128 at 64 pixels
        model.add(
            layers.Conv2DTranspose(
                filters >> block,
                5,
                2,
                padding="same",
                use_bias=False,
                kernel_initializer=_normal(),
                name=f"up_{block}",
            )
        )
        if side % 2:  # 8×8 to 7×7; up_1 with output_padding=0 would do the same, but Keras 3.13 forgets it in a file
            model.add(layers.Cropping2D(((1, 0), (1, 0)), name="crop"))
        model.add(_dcgan_norm(f"norm_{block}"))
        model.add(layers.ReLU(name=f"relu_{block}"))
    model.add(layers.Conv2DTranspose(channels, 5, 2, padding="same", kernel_initializer=_normal(), name="image"))
    model.add(layers.Activation("tanh", dtype="float32", name="tanh"))
    return model


def dcgan_discriminator(
    image_size: int = 64,
    channels: int = 3,
    filters: int = 128,
    groups: int | None = None,
    name: str = "dcgan_discriminator",
) -> keras.Sequential:
    """Discriminator of Radford et al. (2016): the generator's mirror image, halving the size down to 4×4.

    Args:
        image_size: side of the square input in pixels, 28, 32, 64 or 128; for 28, 7×7 becomes 4×4 at last.
        channels: of the image, 3 for colour.
        filters: channels of the first feature map; doubled at each halving.
        groups: None for batch normalization, as in the paper; else group normalization with so many groups.
        name: of the model.
    Returns:
        `keras.Sequential`, (batch, image_size, image_size, channels) → logits (batch, 1).
    Raises:
        ValueError: another `image_size`, or another argument below 1.
    """
    check_whole(channels=channels, filters=filters, groups=1 if groups is None else groups)
    halvings = len(_sides(image_size)) - 1
    model = keras.Sequential([keras.Input((image_size, image_size, channels))], name=name)
    for block in range(1, halvings + 1):  # 64×64×3 → 32×32×128 → 16×16×256 → 8×8×512 → 4×4×1024
        model.add(
            layers.Conv2D(
                filters << (block - 1),
                5,
                2,
                padding="same",
                use_bias=block == 1 or groups is not None,
                kernel_initializer=_normal(),
                name=f"down_{block}",
            )
        )
        if block > 1:  # none on the input layer (section 3)
            norm = f"norm_{block}"
            model.add(_dcgan_norm(norm) if groups is None else layers.GroupNormalization(groups, name=norm))
        model.add(layers.LeakyReLU(0.2, name=f"relu_{block}"))
    model.add(layers.Flatten(name="flatten"))
    model.add(layers.Dense(1, kernel_initializer=_normal(), dtype="float32", name="logit"))
    return model


def rebuild(
    network: keras.Model,
    call: Callable | None = None,
    keep_weights: bool = False,
    inputs: keras.KerasTensor | None = None,
) -> keras.Model:
    """A copy of a network, with other layers in some places.

    ReLU instead of each leaky ReLU, for example, or dropout behind each:

        rebuild(network, lambda layer, x: ReLU()(x) if isinstance(layer, LeakyReLU) else layer(x))
        rebuild(network, lambda layer, x: Dropout(0.3)(layer(x)) if isinstance(layer, LeakyReLU) else layer(x))

    Args:
        network: Sequential or Functional.
        call: (a layer's copy, its input) → the output; what it does not call is left out. None calls each.
        keep_weights: the copies get the weights of the layers whose names they bear; else all are drawn anew.
        inputs: a `keras.Input` in the place of the network's own, where `call` knows what to do with it.
    Returns:
        Sequential without a `call`, Functional with one; not compiled. No layer is shared with `network`.
    """
    if getattr(network, "inputs", None) is None:
        name = getattr(network, "name", network)
        raise ValueError(
            f"{name} does not know its inputs: begin a Sequential with a keras.Input, and make a subclass "
            "Functional by x = keras.Input(…); keras.Model(x, network(x))"
        )
    if call is None:
        try:
            copy = keras.models.clone_model(network)
        except (TypeError, ValueError, NotImplementedError) as error:
            raise ValueError(
                f"{network.name} cannot be copied: a layer or a model of one's own in it must pass **kwargs on to "
                "Keras's class, and have get_config() where it takes more; a Lambda must have a named function"
            ) from error
        copy.compiled, copy.optimizer = False, None  # Keras hands on how the network was compiled
    else:
        functional = keras.Model(network.inputs[0], network.outputs[0], name=network.name)
        copy = keras.models.clone_model(functional, inputs, call_function=lambda layer, x, **_: call(layer, x))
    if keep_weights and call is None:
        copy.set_weights(network.get_weights())
    elif keep_weights:
        weights = {layer.name: layer.get_weights() for layer in network.layers}
        for layer in copy.layers:
            if weights.get(layer.name):
                layer.set_weights(weights[layer.name])
    return copy


def _sides(image_size):
    """The sides of the feature maps in pixels, from 4 up to `image_size`."""
    if isinstance(image_size, float) or image_size not in (28, 32, 64, 128):
        raise ValueError(f"image_size must be 28, 32, 64 or 128, not {image_size}")
    sides = [image_size]
    while sides[0] > 4:
        sides.insert(0, math.ceil(sides[0] / 2))
    return sides
