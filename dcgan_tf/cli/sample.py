"""The command `sample`: images drawn with the generator of a RUN."""

import io

from dcgan_tf.data.files import write
from dcgan_tf.data.quiet import import_tensorflow
from dcgan_tf.training import folder, networks


def draw(run, n, seed, label=None):
    """n images drawn with the averaged generator of a RUN, and what they were asked to be, (n, C) or None."""
    import numpy as np

    path = run / "generator.keras"
    if not path.is_file():
        raise FileNotFoundError(f"{run} holds no generator: there is no {path}")
    config = folder.read_config(run) if (run / "config.json").exists() else {}
    y = folder.read_conditions(run, n, label, config.get("names", ()))
    if y is None and config.get("conditional"):
        raise FileNotFoundError(f"{run} lacks its conditions.npz: train --resume writes it anew")
    import_tensorflow()  # a wrong label is told before this takes its seconds
    import tensorflow as tf

    from dcgan_tf.training.samples import generate

    generator = networks.load(path)
    latent_dim = check_generator(generator, path) - (0 if y is None else y.shape[1])
    if latent_dim < 1:
        raise ValueError(f"{path} takes {generator.input_shape[1]} numbers, and conditions.npz has {y.shape[1]} for y")
    latents = tf.random.stateless_normal((n, latent_dim), (seed, 0))
    return generate(generator, latents if y is None else np.concatenate([latents, y], axis=1)), y


def check_generator(network, path):
    """How many numbers a generator takes.

    Raises:
        ValueError: the network does not make images of latent vectors.
    """
    taken, given = (getattr(network, f"{side}_shape", None) for side in ("input", "output"))
    shapes = isinstance(taken, tuple) and isinstance(given, tuple) and (len(taken), len(given)) == (2, 4)
    if not shapes or not isinstance(taken[1], int) or given[3] not in (1, 3):
        raise ValueError(f"{path} holds no generator: it takes {taken} and gives {given}, not vectors and images")
    return taken[1]


def sample(args) -> int:
    import numpy as np

    from dcgan_tf import plots

    if args.out.suffix not in (".png", ".npz"):
        raise ValueError(f"--out must end in .png or .npz, not {args.out.name!r}")
    images, _ = draw(args.run, args.count, args.seed, args.label)
    if args.out.suffix == ".png":
        content = plots.png(plots.sheet(images, scale=2))
    else:
        buffer = io.BytesIO()
        np.savez_compressed(buffer, images=images)
        content = buffer.getvalue()
    write(args.out, content)
    print(f"{args.out}: {args.count} images")
    return 0
