"""Slips that the checks of 06_dcgan_mnist must catch."""

SLIPS = {
    "q1-guidelines": {
        "normalization on the input of D": ("0 < place < last", "place < last"),
        "normalization on the logit": ("0 < place < last", "0 < place"),
        "normalization on the output of G": ('place == 0, place != last, "tanh"', 'place == 0, True, "tanh"'),
        "only superfluous normalization": ("normalized != norm", "normalized and not norm"),
        "only missing normalization": ("normalized != norm", "norm and not normalized"),
        "sigmoid for tanh": ('"tanh" if', '"sigmoid" if'),
        "a sigmoid instead of the logit": ("None if place == last", '"sigmoid" if place == last'),
        "ReLU in D": ('"leaky_relu"', '"relu"'),
        "any ReLU will do": (
            "activation != right",
            'activation != right and not {activation, right} <= {"relu", "leaky_relu"}',
        ),
        "no dense layer at all": ('kind == "dense" and not dense', 'kind == "dense"'),
        "dense at both ends": ('kind == "dense" and not dense', 'kind == "dense" and place not in (0, last)'),
        "more about a pooling layer": ("            continue\n", ""),
        "one violation a layer": (
            "    return found",
            "    found = [pair for i, pair in enumerate(found) if pair[0] not in [p for p, _ in found[:i]]]\n"
            "    return found",
        ),
        "roles swapped": ('role == "generator"', 'role == "discriminator"'),
        "counted from 1": ("enumerate(layers)", "enumerate(layers, 1)"),
    },
    "q2-parameters": {
        "all trained": ("return trained + 2 * sum(filters)", "return trained + 4 * sum(filters)"),
        "batch normalization of places": (
            "return trained + 2 * sum(filters), 2 * sum(filters)",
            "norms = 2 * (sum(filters) + (start**2 - 1) * filters[0])\n    return trained + norms, norms",
        ),
        "batch normalization forgotten": ("return trained + 2 * sum(filters), 2", "return trained, 2"),
        "batch normalization at the last layer": (
            "    return trained",
            "    filters = [*filters, channels]\n    return trained",
        ),
        "γ alone": ("return trained + 2 * sum(filters)", "return trained + sum(filters)"),
        "no bias at the last layer": ("filters[-1] + 1)", "filters[-1] + bias)"),
        "biases everywhere": ("    trained = start", "    bias = True\n    trained = start"),
        "a bias for each input channel": (
            "(kernel_size**2 * filters[i - 1] + bias) * filters[i]",
            "(kernel_size**2 * filters[i] + bias) * filters[i - 1]",
        ),
        "a bias for each channel of the dense layer": (
            "start**2 * filters[0] * (latent_dim + bias)",
            "filters[0] * (start**2 * latent_dim + bias)",
        ),
        "kernel not squared": ("(kernel_size**2 * filters[i - 1]", "(kernel_size * filters[i - 1]"),
        "one channel of the image": ("filters[-1] + 1) * channels", "filters[-1] + 1)"),
        "places not counted": ("start**2 * filters", "start * filters"),
    },
    "q3-adam": {
        "no bias correction": ("m / (1 - beta_1**t), v / (1 - beta_2**t)", "m, v"),
        "correction of m alone": ("v / (1 - beta_2**t)", "v"),
        "correction of v alone": ("m / (1 - beta_1**t)", "m"),
        "steps from 0": ("m / (1 - beta_1**t), v", "m / (1 - beta_1 ** (t + 1)), v"),
        "corrected averages kept": ("+ epsilon), m, v", "+ epsilon), m_hat, v_hat"),
        "betas swapped": (
            "    m = beta_1",
            "    beta_1, beta_2 = beta_2, beta_1\n    m = beta_1",
        ),
        "shares swapped": ("beta_1 * m + (1 - beta_1) * g", "(1 - beta_1) * m + beta_1 * g"),
        "epsilon under the root": ("np.sqrt(v_hat) + epsilon", "np.sqrt(v_hat + epsilon)"),
        "epsilon before the correction": (
            "m_hat / (np.sqrt(v_hat) + epsilon)",
            "m_hat * np.sqrt(1 - beta_2**t) / (np.sqrt(v) + epsilon)",
        ),
        "no root": ("(np.sqrt(v_hat) + epsilon)", "(v_hat + epsilon)"),
        "ascent": ("w - learning_rate", "w + learning_rate"),
        "square of the average": ("g**2", "m**2"),
        "in place": ("    m = beta_1 * m + (1 - beta_1) * g", "    m *= beta_1\n    m += (1 - beta_1) * g"),
        "defaults of Keras": ("    m = beta_1", "    beta_1 = 0.9\n    m = beta_1"),
    },
    "q4-collapse": {
        "uint8": (".astype(float)", ""),
        "pairs of an image with itself": ("(len(flat) * (len(flat) - 1))", "len(flat) ** 2"),
        "squared distances": (
            "np.sqrt(np.sum((flat[:, None] - flat) ** 2, axis=2))",
            "np.sum((flat[:, None] - flat) ** 2, axis=2)",
        ),
        "sum of the differences": (
            "np.sqrt(np.sum((flat[:, None] - flat) ** 2, axis=2))",
            "np.sum(abs(flat[:, None] - flat), axis=2)",
        ),
        "upside down": (
            "mean_distance(generated) / mean_distance(real)",
            "mean_distance(real) / mean_distance(generated)",
        ),
        "difference": ("mean_distance(generated) / mean", "mean_distance(generated) - mean"),
        "not divided": ("mean_distance(generated) / mean_distance(real)", "mean_distance(generated)"),
        "neighbours only": (
            "return np.sum(distances) / (len(flat) * (len(flat) - 1))",
            "return np.mean(np.diagonal(distances, 1))",
        ),
        "distance from the mean image": ("flat[:, None] - flat)", "flat[:, None] - flat.mean(axis=0, keepdims=True))"),
        "distances of the means": (
            "    return mean_distance",
            "    generated, real = generated.mean(axis=(1, 2, 3)), real.mean(axis=(1, 2, 3))\n    return mean_distance",
        ),
        "from generated to real": (
            "return mean_distance(generated) / mean_distance(real)",
            "flat = [images.reshape(len(images), -1).astype(float) for images in (generated, real)]\n"
            "    across = np.mean(np.sqrt(np.sum((flat[0][:, None] - flat[1]) ** 2, axis=2)))\n"
            "    return across / mean_distance(real)",
        ),
    },
    "q5-resume": {
        "partial batch counted": ("count // batch_size\n", "-(-count // batch_size)\n"),
        "the same order in each epoch": ("(seed, epoch)", "(seed, 0)"),
        "seed and epoch added": ("(seed, epoch)", "seed + epoch"),
        "seed and epoch swapped": ("(seed, epoch)", "(epoch, seed)"),
        "seed forgotten": ("(seed, epoch)", "(0, epoch)"),
        "epochs from 1": ("(seed, epoch)", "(seed, epoch + 1)"),
        "drawn one after another": (
            "order = np.random.default_rng((seed, epoch)).permutation(count)",
            "r = np.random.default_rng((seed, 0))\n    order = [r.permutation(count) for _ in range(step + 1)][epoch]",
        ),
        "images, not batches": (
            "order[place * batch_size : (place + 1) * batch_size]",
            "order[place : place + batch_size]",
        ),
        "every so many": (
            "order[place * batch_size : (place + 1) * batch_size]",
            "order[place::steps_per_epoch][:batch_size]",
        ),
        "epoch by the number of images": (
            "divmod(step, steps_per_epoch)",
            "step * batch_size // count, step % steps_per_epoch",
        ),
        "only full batches shuffled": (".permutation(count)", ".permutation(steps_per_epoch * batch_size)"),
        "in order": ("return order[", "return np.sort(order)["),
        "no error": ("if steps_per_epoch == 0:", "steps_per_epoch = max(steps_per_epoch, 1)\n    if False:"),
        "one full batch refused": ("steps_per_epoch == 0", "steps_per_epoch <= 1"),
    },
    "q6-step": {
        "range from 0 to 1": ("images / 127.5 - 1", "images / 255"),
        "divided by 128": ("images / 127.5 - 1", "images / 128 - 1"),
        "always 32 latent vectors": (
            "        z = rng.normal(size=(len(real), len(g[0])))\n        d",
            "        z = rng.normal(size=(32, len(g[0])))\n        d",
        ),
        "real and fake swapped": ("(d, real, draw(g, z))", "(d, draw(g, z), real)"),
        "the whole batch each time": (
            "for real in np.split(images / 127.5 - 1, k):",
            "for real in [images / 127.5 - 1] * k:",
        ),
        "the same latent vectors for all": (
            "    z = rng.normal(size=(len(real), len(g[0])))\n    g",
            "    g",
        ),
        "the same latent vectors for D": (
            "        z = rng.normal(size=(len(real), len(g[0])))\n        d",
            "        z = z if 'z' in locals() else rng.normal(size=(len(real), len(g[0])))\n        d",
        ),
        "as many latent vectors as images in all": (
            "    z = rng.normal(size=(len(real), len(g[0])))\n    g",
            "    z = rng.normal(size=(len(images), len(g[0])))\n    g",
        ),
        "the old discriminator": "import copy\n\n\n"
        "def train_step(g, d, images, k, rng, rate, right=train_step):\n"
        "    noise = copy.deepcopy(rng).normal(size=(k + 1, len(images) // k, len(g[0])))\n"
        "    new_d = right(g, d, images, k, rng, rate)[1]\n"
        "    return descend(g, generator_gradients(g, d, noise[k]), rate), new_d\n",
        "generator in each round": (
            "        d = descend(d, discriminator_gradients(d, real, draw(g, z)), rate)\n",
            "        d = descend(d, discriminator_gradients(d, real, draw(g, z)), rate)\n"
            "        g = descend(g, generator_gradients(g, d, z), rate)\n",
        ),
        "generator first": (
            "    for real in",
            "    z = rng.normal(size=(len(images) // k, len(g[0])))\n"
            "    g = descend(g, generator_gradients(g, d, z), rate)\n"
            "    for real in",
        ),
        "generator climbs": ("generator_gradients(g, d, z), rate)", "generator_gradients(g, d, z), -rate)"),
        "discriminator climbs": ("draw(g, z)), rate)", "draw(g, z)), -rate)"),
        "one step of the discriminator": ("np.split(images / 127.5 - 1, k)", "[images / 127.5 - 1]"),
        "swapped": ("return g, d", "return d, g"),
        "all five bugs": "train_step = buggy_step\n",
    },
}
