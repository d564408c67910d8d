"""What a convolutional autoencoder's bottleneck keeps, over ten seeds: errors, digits recognised, codes made up.

Prints a markdown table: python experiments/02_autoencoder.py
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from keras import layers
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from dcgan_tf import data, metrics


def networks(numbers):
    encoder = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 5, 2, padding="same", activation="relu"),
            layers.Conv2D(32, 5, 2, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(numbers),
        ]
    )
    decoder = keras.Sequential(
        [
            keras.Input((numbers,)),
            layers.Dense(7 * 7 * 32, activation="relu"),
            layers.Reshape((7, 7, 32)),
            layers.Conv2DTranspose(16, 5, 2, padding="same", activation="relu"),
            layers.Conv2DTranspose(1, 5, 2, padding="same", activation="sigmoid"),
        ]
    )
    return encoder, decoder


def recognised(train, train_labels, test, test_labels):
    """Share of test digits that their five nearest training digits name rightly."""
    return KNeighborsClassifier(5).fit(train, train_labels).score(test, test_labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--numbers", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=3)
    args = parser.parse_args()
    digits, unseen = data.mnist(), data.mnist(split="test")
    train, test = digits.images / np.float32(255), unseen.images / np.float32(255)
    flat, flat_test = train.reshape(len(train), -1), test.reshape(len(test), -1)
    pca = PCA(args.numbers, random_state=0).fit(flat)
    linear = np.mean((pca.inverse_transform(pca.transform(flat_test)) - flat_test) ** 2)
    classify = metrics.mnist_classifier()
    real, _ = classify(unseen.images)

    def judge(images):
        features, probabilities = classify(np.round(255 * images).astype(np.uint8))
        return metrics.frechet_distance(real, features), probabilities.max(1).mean()

    found = []
    for seed in range(args.seeds):
        keras.utils.set_random_seed(seed)
        encoder, decoder = networks(args.numbers)
        model = keras.Sequential([encoder, decoder])
        model.compile(optimizer=keras.optimizers.Adam(2e-3), loss="mse")
        model.fit(train, train, batch_size=64, epochs=args.epochs, verbose=0)
        codes, test_codes = (encoder.predict(x, verbose=0) for x in (train, test))
        copies = decoder.predict(test_codes, verbose=0)
        made_up = np.random.default_rng(seed).multivariate_normal(codes.mean(0), np.cov(codes.T), 2000)
        invented = decoder.predict(made_up.astype(np.float32), verbose=0)
        error = np.mean((copies - test) ** 2)
        share = recognised(codes, digits.labels, test_codes, unseen.labels)
        found.append((error, share, *judge(copies), *judge(invented)))
        print(seed, np.round(found[-1], 4), flush=True)
    names = (
        "mean squared error of the copies", "test digits recognised from their codes",
        "Fréchet distance of the copies", "the classifier's confidence in the copies",
        "Fréchet distance of decoded random codes", "its confidence in those",
    )  # fmt: skip
    print(f"\nBottleneck of {args.numbers} numbers, {args.epochs} epochs, {args.seeds} seeds.")
    print(f"PCA with as many numbers: mean squared error {linear:.4f}; ", end="")
    shares = recognised(pca.transform(flat), digits.labels, pca.transform(flat_test), unseen.labels)
    pixels = recognised(flat, digits.labels, flat_test, unseen.labels)
    print(f"recognised {shares:.3f}, from the pixels {pixels:.3f}.\n")
    print("| | median | lowest | highest |\n| --- | --- | --- | --- |")
    for name, values in zip(names, zip(*found, strict=True), strict=True):
        print(f"| {name} | {np.median(values):.4f} | {min(values):.4f} | {max(values):.4f} |")


if __name__ == "__main__":
    main()
