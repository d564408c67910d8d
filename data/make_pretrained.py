"""Trains the small networks of lessons 7 to 9, `digits_*.keras` and `*faces_*.keras`.

    python data/make_pretrained.py {digits,faces,conditional-faces} [--epochs N] [--out FOLDER]

Each is trained by its size's default recipe, on the bundled digits or on `faces(10_000)`; the conditional faces are
told of the attributes glasses and smile. A training that was stopped goes on from its last checkpoint in
runs/pretrained/. The script prints how good the samples are, and the hash that `dcgan_tf/pretrained.py` wants. Run it
with the oldest Keras that pyproject.toml allows: an older Keras refuses the file of a newer one.
"""

import argparse
import hashlib
from pathlib import Path

import keras
import numpy as np

from dcgan_tf import data, judges, labels, plots, recipes
from dcgan_tf.data.files import write
from dcgan_tf.training.checkpoints import Checkpoints
from dcgan_tf.training.fit import fit

HERE = Path(__file__).parent
EPOCHS = {"digits": 20, "faces": 40, "conditional-faces": 30}
CONDITIONS = ("glasses", "smile")


def arguments(description):
    """The options that all scripts have that train a network."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--out", type=Path, default=HERE, metavar="FOLDER", help="where the networks are saved")
    return parser


def save(network, path):
    """Saves a network, and prints the file's size and hash."""
    network.save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    print(f'{path.stat().st_size / 1e6:.2f} MB   "{path.stem}": "{digest}",')


def main():
    parser = arguments(__doc__)
    parser.add_argument("name", choices=EPOCHS)
    args = parser.parse_args()
    dataset = data.mnist() if args.name == "digits" else data.faces()
    y = conditions = None
    if args.name == "conditional-faces":
        columns = [dataset.names.index(attribute) for attribute in CONDITIONS]
        y = dataset.labels[:, columns]
        conditions = labels.conditions_of(y)
    shape = dataset.images.shape[1:]
    recipe = recipes.get(recipes.default(shape[0]), shape[0])
    gan = recipes.build(recipes.default(shape[0]), shape, seed=0, conditions=conditions)
    folder = Path("runs/pretrained") / args.name
    checkpoints = Checkpoints(folder)
    checkpoints.restore(gan)

    def report(epoch, logs):
        if (epoch + 1) % 5 == 0:
            table = judges.measure(images := gan.sample(2000, seed=1))
            if conditions:
                wanted = conditions[0][labels.proportional_rows(conditions[1], 2000)]
                _, probabilities = judges.face_classifier()(images)
                table["as asked for"] = np.mean((probabilities[:, columns] > 0.5) == wanted)
            line = ", ".join(f"{name} {value:.3f}" for name, value in table.items())
            print(f"epoch {epoch + 1}: {line}", flush=True)
            write(folder / "grid.png", plots.png(plots.grid(images[:: 2000 // 64][:64], columns=16)))

    callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=report), checkpoints]
    epochs = args.epochs or EPOCHS[args.name]
    fit(gan, dataset.images, recipe.batch_size, epochs, callbacks=callbacks, labels=y, verbose=0)
    prefix = args.name.replace("-", "_")
    save(gan.averaged_generator, args.out / f"{prefix}_generator.keras")
    if not conditions:
        save(gan.discriminator, args.out / f"{prefix}_discriminator.keras")


if __name__ == "__main__":
    main()
