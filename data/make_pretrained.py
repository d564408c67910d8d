"""Trains the small networks of lessons 7 to 9, `digits_*.keras` and `*faces_*.keras`.

    python data/make_pretrained.py {digits,faces,conditional-faces} [--epochs N]

Each by its size's default recipe, on the bundled digits or on `faces(10_000)`; the conditional faces are told of the
attributes glasses and smile. A training that was stopped goes on from its last checkpoint in runs/pretrained/. Prints
how good the samples are, and the hash that `dcgan_tf/pretrained.py` wants. Run it with the oldest Keras that
pyproject.toml allows: an older Keras refuses the file of a newer one.
"""

import argparse
import hashlib
from pathlib import Path

import keras
import numpy as np

from dcgan_tf import conditional, data, metrics, plots, recipes, run
from dcgan_tf.callbacks import Checkpoints

HERE = Path(__file__).parent
EPOCHS = {"digits": 20, "faces": 40, "conditional-faces": 30}
CONDITIONS = ("glasses", "smile")


def save(network, name):
    path = HERE / f"{name}.keras"
    network.save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    print(f'{path.stat().st_size / 1e6:.2f} MB   "{name}": "{digest}",')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=EPOCHS)
    parser.add_argument("--epochs", type=int)
    args = parser.parse_args()
    digits = args.name == "digits"
    dataset, test = (data.mnist(), data.mnist(split="test")) if digits else (data.faces(), data.faces(2_000, seed=1))
    labels = conditions = None
    if args.name == "conditional-faces":
        columns = [dataset.names.index(attribute) for attribute in CONDITIONS]
        labels = dataset.labels[:, columns]
        conditions = conditional.of_labels(labels)
    shape = dataset.images.shape[1:]
    recipe = recipes.get(recipes.default(shape[0]), shape[0])
    gan = recipes.build(recipes.default(shape[0]), shape, seed=0, conditions=conditions)
    folder = Path("runs/pretrained") / args.name
    checkpoints = Checkpoints(folder)
    checkpoints.restore(gan)
    classify = metrics.mnist_classifier() if digits else metrics.face_classifier()
    real, _ = classify(test.images)

    def report(epoch, logs):
        if (epoch + 1) % 5 == 0:
            fake, probabilities = classify(images := gan.sample(2000, seed=1))
            precision, recall = metrics.precision_recall(real, fake)
            line = f"epoch {epoch + 1}: Fréchet distance {metrics.frechet_distance(real, fake):.2f}"
            line += f", precision {precision:.3f}, recall {recall:.3f}"
            if conditions:
                y = conditions[0][conditional.in_order(conditions[1], 2000)]
                line += f", as asked for {np.mean((probabilities[:, columns] > 0.5) == y):.3f}"
            print(line, flush=True)
            plots.write(folder / "grid.png", plots.png(plots.grid(images[:: 2000 // 64][:64], columns=16)))

    callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=report), checkpoints]
    epochs = args.epochs or EPOCHS[args.name]
    run.fit(gan, dataset.images, recipe.batch_size, epochs, callbacks=callbacks, labels=labels, verbose=0)
    prefix = args.name.replace("-", "_")
    save(gan.averaged_generator, f"{prefix}_generator")
    if not conditions:
        save(gan.discriminator, f"{prefix}_discriminator")


if __name__ == "__main__":
    main()
