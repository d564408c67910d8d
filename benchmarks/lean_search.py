"""What was tried for the `lean` recipe: variants of one base, the Fréchet distance after equal computing time.

    python benchmarks/lean_search.py [--mnist PATH.npz] [--seconds 120] [--seeds 1] [VARIANT ...]

Trained on the full MNIST, 10,000 samples against the test split; without VARIANT, all of them.
"""

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from dcgan_tf import data, metrics
from dcgan_tf.gan import GAN

BASE = dict(
    project=128, up=(64,), down=(64, 128), g_kernel=5, d_kernel=5, d_norm=True, g_lr=4e-4, d_lr=4e-4, beta_1=0.5,
    beta_2=0.999, batch_size=64, latent_dim=100, decay=0.99, d_steps=1, loss="non_saturating", normal=True,
    slope=0.2, g_relu=0.0, momentum=0.9, simultaneous=False, mbstd=False, dropout=0.0, warm_up=True, cosine=0,
    last_kernel=5, uniform=False, first_kernel=5, d_layernorm=False, g_bn_last=False, resize=False, smooth=0.0,
)  # fmt: skip

VARIANTS = {
    "base": {},
    "simultaneous": dict(simultaneous=True),
    "half G, Adam 1e-3": dict(project=64, up=(32,), g_lr=1e-3, d_lr=1e-3),
    "z 32": dict(latent_dim=32),
}


class SimultaneousGAN(GAN):
    """Both gradients at one point and on one batch of latents, as the TensorFlow tutorial has them."""

    def train_step(self, images):
        real = self.scale(images)
        seed = tf.unstack(tf.random.split(self._step_seed(), 2))
        g_weights = [v.value for v in self.generator.trainable_variables]
        d_weights = [v.value for v in self.discriminator.trainable_variables]
        with tf.GradientTape(persistent=True) as tape:
            fake = self.generator(self.latents(tf.shape(real)[0], seed[0]), training=True)
            real_logits, fake_logits = self.logits(real), self.logits(fake)
            d_loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
            g_loss = self.adversarial_loss.generator(fake_logits)
        self.generator_optimizer.apply(tape.gradient(g_loss, g_weights), self.generator.trainable_variables)
        self.discriminator_optimizer.apply(tape.gradient(d_loss, d_weights), self.discriminator.trainable_variables)
        self._update_average()
        self.step.assign_add(1)
        return {"generator_loss": g_loss, "discriminator_loss": d_loss}


class MinibatchStddev(layers.Layer):
    def call(self, x):
        std = tf.reduce_mean(tf.math.reduce_std(x, axis=0))
        return tf.concat([x, tf.ones_like(x[..., :1]) * std], axis=-1)


def build(c):
    init = dict(kernel_initializer=keras.initializers.RandomNormal(0, 0.02)) if c["normal"] else {}
    gamma = keras.initializers.RandomNormal(1, 0.02) if c["normal"] else "ones"
    norm = dict(momentum=c["momentum"], epsilon=1e-5, gamma_initializer=gamma)

    def relu():
        return layers.LeakyReLU(c["g_relu"]) if c["g_relu"] else layers.ReLU()

    g = keras.Sequential([keras.Input((c["latent_dim"],))])
    g.add(layers.Dense(49 * c["project"], use_bias=False, **init))
    g.add(layers.Reshape((7, 7, c["project"])))
    g.add(layers.BatchNormalization(**norm))
    g.add(relu())
    for i, filters in enumerate(c["up"]):
        if c["resize"]:
            g.add(layers.UpSampling2D(2))
            g.add(layers.Conv2D(filters, c["g_kernel"], 1, padding="same", use_bias=False, **init))
        else:
            strides = 2 if i == len(c["up"]) - 1 else 1
            g.add(layers.Conv2DTranspose(filters, c["g_kernel"], strides, padding="same", use_bias=False, **init))
        g.add(layers.BatchNormalization(**norm))
        g.add(relu())
    g.add(layers.Conv2DTranspose(1, c["last_kernel"], 2, padding="same", activation="tanh", **init))

    d = keras.Sequential([keras.Input((28, 28, 1))])
    for i, filters in enumerate(c["down"]):
        kernel = c["first_kernel"] if i == 0 else c["d_kernel"]
        strides = 2 if i < 2 else 1
        bias = not (c["d_norm"] and i)
        d.add(layers.Conv2D(filters, kernel, strides, padding="same", use_bias=bias, **init))
        if i and c["d_norm"]:
            d.add(layers.BatchNormalization(**norm))
        if i and c["d_layernorm"]:
            d.add(layers.GroupNormalization(c["d_layernorm"]))
        d.add(layers.LeakyReLU(c["slope"]))
        if c["dropout"]:
            d.add(layers.Dropout(c["dropout"]))
    if c["mbstd"]:
        d.add(MinibatchStddev())
    d.add(layers.Flatten())
    d.add(layers.Dense(1, **init))
    return g, d


def run(c, train, reference, classify, seconds, seed, marks):
    keras.utils.set_random_seed(seed)
    gan = (SimultaneousGAN if c["simultaneous"] else GAN)(*build(c), seed=seed)

    def adam(lr):
        return keras.optimizers.Adam(lr, c["beta_1"], c["beta_2"])

    from dcgan_tf import losses

    loss = losses.smooth(real_label=c["smooth"]) if c["smooth"] else c["loss"]
    gan.compile(adam(c["g_lr"]), adam(c["d_lr"]), loss, discriminator_steps=c["d_steps"], average_decay=c["decay"])
    step = tf.function(gan.train_step, jit_compile=True)
    batches = iter(data.batches(train.images, c["batch_size"] * c["d_steps"], seed))
    for _ in range(2):
        step(next(batches))
    times, out, n = [], [], 2
    for mark in marks:
        while n < 12 or n * np.median(times) < mark:
            start = time.perf_counter()
            step(next(batches))
            times.append(time.perf_counter() - start)
            n += 1
            if c["cosine"] and n % 20 == 0:
                progress = min(1.0, n * np.median(times) / marks[-1])
                for opt, lr in ((gan.generator_optimizer, c["g_lr"]), (gan.discriminator_optimizer, c["d_lr"])):
                    opt.learning_rate.assign(lr * (1 - c["cosine"] * progress))
        features, _ = classify(gan.sample(10_000, seed=1))
        out.append(metrics.frechet_distance(reference, features))
    return out, n, np.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", metavar="PATH.npz")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--extra", action="append", default=[], help="a Python dict of overrides")
    parser.add_argument("variants", nargs="*")
    args = parser.parse_args()
    train, test = (data.npz(args.mnist, s) if args.mnist else data.mnist("full", s) for s in ("train", "test"))
    classify = metrics.mnist_classifier()
    reference = classify(test.images)[0]
    print("floor", metrics.frechet_distance(reference, classify(train.images[:10000])[0]), flush=True)
    todo = {name: VARIANTS[name] for name in args.variants}
    todo |= {text: {k: v for part in text.split(";") for k, v in eval(f"dict({part})").items()} for text in args.extra}
    for name, changes in todo.items():
        for seed in range(args.seeds):
            marks = [args.seconds / 4, args.seconds / 2, args.seconds]
            fds, n, t = run(BASE | changes, train, reference, classify, args.seconds, seed, marks)
            print(f"| {name} | {seed} | {t * 1e3:.1f} ms | {n} |", " | ".join(f"{x:.2f}" for x in fds), flush=True)


if __name__ == "__main__":
    main()
