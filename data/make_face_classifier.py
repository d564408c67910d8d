"""Trains the frozen classifier of the drawn faces' attributes, `face_classifier.keras`.

    python data/make_face_classifier.py [--epochs N] [--out FOLDER]

It is trained on `faces(10_000, seed=0)`. The script prints how often it is right on each attribute of
`faces(2_000, seed=1)`, and the hash that `dcgan_tf/pretrained.py` wants. The layer `features`, 64 numbers an image,
feeds `dcgan_tf.metrics`. Run it with the oldest Keras that pyproject.toml allows: an older Keras refuses the file of a
newer one.
"""

import keras
import numpy as np
from keras import layers
from make_pretrained import arguments, save

from dcgan_tf import data
from dcgan_tf.gan import GAN

SEED, BATCH_SIZE, EPOCHS = 2015, 64, 8


def classifier(attributes):
    """Faces (batch, 64, 64, 3) in [−1, 1] → one logit for each attribute."""
    model = keras.Sequential([keras.Input((64, 64, 3))], name="face_classifier")
    for block, filters in enumerate([16, 32, 64, 64], start=1):  # 32×32, 16×16, 8×8, 4×4
        model.add(layers.Conv2D(filters, 3, 2, padding="same", use_bias=False, name=f"conv_{block}"))
        model.add(layers.BatchNormalization(momentum=0.9, name=f"norm_{block}"))
        model.add(layers.ReLU(name=f"relu_{block}"))
    model.add(layers.Flatten(name="flatten"))  # the faces are aligned: where something is, tells what it is
    model.add(layers.Dense(64, activation="relu", name="features"))
    model.add(layers.Dense(attributes, name="logits"))
    return model


def main():
    args = arguments(__doc__).parse_args()
    epochs = args.epochs or EPOCHS
    train, test = data.faces(10_000), data.faces(2_000, seed=1)
    keras.utils.set_random_seed(SEED)
    steps = len(train.images) // BATCH_SIZE
    batches = data.batches(train.images, BATCH_SIZE, SEED, labels=train.labels)
    batches = batches.map(lambda images, labels: (GAN.scale(images), labels))
    model = classifier(len(train.names))
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps * epochs)),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    model.fit(batches, steps_per_epoch=steps, epochs=epochs, shuffle=False, verbose=2)
    logits = model.predict(GAN.scale(np.asarray(test.images)), batch_size=500, verbose=0)
    right = (logits > 0) == test.labels
    for name, share in zip(train.names, right.mean(axis=0), strict=True):
        print(f"{name:12} {share:.2%}")
    print(f"right on {right.mean():.2%} of the attributes")
    frozen = classifier(len(train.names))  # without the optimizer's state, which a copy by Keras would keep
    frozen.set_weights(model.get_weights())
    save(frozen, args.out / "face_classifier.keras")


if __name__ == "__main__":
    main()
