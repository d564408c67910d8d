"""Trains the frozen classifier of the drawn faces' twenty haircuts, `haircut_classifier.keras`.

    python data/make_haircut_classifier.py [--epochs N] [--out FOLDER]

It is trained on `faces(10_000, seed=0)`, slightly shifted and noisy, so that it goes by the shape of the hair. The
script prints how often it is right on each haircut of `faces(2_000, seed=1)`, and the hash that
`dcgan_tf/pretrained.py` wants. Run it with the oldest Keras that pyproject.toml allows: an older Keras refuses the
file of a newer one.
"""

import keras
import numpy as np
from keras import layers
from make_pretrained import arguments, save

from dcgan_tf import data
from dcgan_tf.gan import GAN

SEED, BATCH_SIZE, EPOCHS = 2015, 64, 8


def classifier():
    """Faces (batch, 64, 64, 3) in [−1, 1] → logits of the haircuts, in the order of `data.HAIRCUTS`."""
    model = keras.Sequential([keras.Input((64, 64, 3))], name="haircut_classifier")
    for block, filters in enumerate([16, 32, 48, 64], start=1):  # 32×32, 16×16, 8×8, 4×4
        model.add(layers.Conv2D(filters, 3, 2, padding="same", use_bias=False, name=f"conv_{block}"))
        model.add(layers.BatchNormalization(momentum=0.9, name=f"norm_{block}"))
        model.add(layers.ReLU(name=f"relu_{block}"))
    model.add(layers.Flatten(name="flatten"))
    model.add(layers.Dense(64, activation="relu", name="features"))
    model.add(layers.Dense(len(data.HAIRCUTS), name="logits"))
    return model


def main():
    args = arguments(__doc__).parse_args()
    epochs = args.epochs or EPOCHS
    train, test = data.faces(10_000), data.faces(2_000, seed=1)
    cuts, test_cuts = data.haircuts(10_000), data.haircuts(2_000, seed=1)
    keras.utils.set_random_seed(SEED)
    steps = len(train.images) // BATCH_SIZE
    distort = keras.Sequential([layers.RandomTranslation(0.04, 0.04, fill_mode="nearest"), layers.GaussianNoise(0.1)])
    batches = data.batches(train.images, BATCH_SIZE, SEED, labels=cuts)
    batches = batches.map(lambda x, y: (distort(GAN.scale(x), training=True), y), num_parallel_calls=1).prefetch(4)
    model = classifier()
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps * epochs)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(batches, steps_per_epoch=steps, epochs=epochs, shuffle=False, verbose=2)
    logits = model.predict(GAN.scale(np.asarray(test.images)), batch_size=500, verbose=0)
    right = logits.argmax(axis=1) == test_cuts
    for i, name in enumerate(data.HAIRCUTS):
        print(f"{name:20} {right[test_cuts == i].mean():.1%} of {(test_cuts == i).sum()}")
    print(f"right on {right.mean():.2%} of the faces")
    frozen = classifier()  # without the optimizer's state, which a copy by Keras would keep
    frozen.set_weights(model.get_weights())
    save(frozen, args.out / "haircut_classifier.keras")


if __name__ == "__main__":
    main()
