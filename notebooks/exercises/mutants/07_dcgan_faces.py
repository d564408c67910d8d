"""Slips that the checks of 07_dcgan_faces must catch."""

SLIPS = {
    "q1-shapes": {
        "four doublings, as in the paper": (
            "size, shapes = 4, [(4, 4, filters)]",
            "size = max(image_size // 16, 1)\n    shapes = [(size, size, filters)]",
        ),
        "the image's channels halved, too": ("image_size, channels)]", "image_size, filters // 2)]"),
        "always in colour": ("image_size, channels)]", "image_size, 3)]"),
        "channels not halved": ("2 * size, filters // 2", "2 * size, filters"),
        "channels doubled": ("2 * size, filters // 2", "2 * size, filters * 2"),
        "the image missing": ("return [*shapes, (image_size, image_size, channels)]", "return shapes"),
        "one map too many": ("2 * size < image_size", "2 * size <= image_size"),
        "the first map missing": ("shapes = 4, [(4, 4, filters)]", "shapes = 4, []"),
        "channels first": ("shapes.append((size, size, filters))", "shapes.append((filters, size, size))"),
        "any size": ("if 2 * size != image_size:", "if False:"),
        "4 pixels": ("if 2 * size != image_size:", "if image_size not in (4, 2 * size):"),
        "odd channels": ("if filters % 2:", "if False:"),
        "one channel not halved": ("if filters % 2:", "if filters % 2 or filters == 2:"),
        "half channels": ("filters // 2\n", "filters / 2\n"),
        "three sizes only": ("    while", "    if image_size not in (32, 64, 128): raise ValueError\n    while"),
    },
    "q2-work": {
        "always the output": ("min(h_in * w_in, h_out * w_out)", "h_out * w_out"),
        "always the input": ("min(h_in * w_in, h_out * w_out)", "h_in * w_in"),
        "the larger map": ("min(", "max("),
        "square maps": ("min(h_in * w_in, h_out * w_out)", "min(h_in, h_out) ** 2"),
        "kernel not squared": ("kernel_size**2", "kernel_size"),
        "channels added": ("* c_in * c_out", "* (c_in + c_out)"),
        "output channels forgotten": ("* c_in * c_out", "* c_in"),
        "input channels forgotten": ("* c_in * c_out", "* c_out"),
        "as a depthwise convolution": ("kernel_size**2 * c_in * c_out", "(kernel_size**2 * c_in + c_in * c_out)"),
        "parameters": ("places * kernel_size**2", "kernel_size**2"),
        "the sum": ("return counts", "return sum(counts)"),
        "with additions": ("places * kernel_size**2", "2 * places * kernel_size**2"),
        "the stamp on a quarter of the pixels": ("kernel_size**2 *", "kernel_size**2 / 4 *"),
    },
    "q3-square": {
        "squashed": (
            "    return photo",
            "    rows, columns = ((2 * np.arange(size) + 1) * n // (2 * size) for n in (height, width))\n"
            "    return photo[rows][:, columns]\n    return photo",
        ),
        "height and width swapped": ("height, width = photo.shape[:2]", "width, height = photo.shape[:2]"),
        "from the top left": ("(height - side) // 2, (width - side) // 2", "0, 0"),
        "one more at the top": ("(height - side) // 2,", "(height - side + 1) // 2,"),
        "one more at the left": ("(width - side) // 2", "(width - side + 1) // 2"),
        "the longer side": ("min(height, width)", "max(height, width)"),
        "upper edges for centres": (
            "(2 * np.arange(size) + 1) * side // (2 * size)",
            "np.arange(size) * side // size",
        ),
        "rounded": (
            "(2 * np.arange(size) + 1) * side // (2 * size)",
            "np.rint((np.arange(size) + 0.5) * side / size).astype(int).clip(0, side - 1)",
        ),
        "from end to end": (
            "(2 * np.arange(size) + 1) * side // (2 * size)",
            "np.rint(np.linspace(0, side - 1, size)).astype(int)",
        ),
        "every so many": (
            "(2 * np.arange(size) + 1) * side // (2 * size)",
            "(np.arange(size) * max(side // size, 1)).clip(0, side - 1)",
        ),
        "the diagonal": ("photo[top + places][:, left + places]", "photo[top + places, left + places]"),
        "transposed": (
            "return photo[top + places][:, left + places]",
            "return photo[top + places][:, left + places].swapaxes(0, 1)",
        ),
        "cropped, not resized": ("places = (2", "size = side\n    places = (2"),
        "never larger": ("places = (2", "size = min(size, side)\n    places = (2"),
    },
    "q4-pixels": {
        "from 0 to 1": ("/ 127.5 - 1", "/ 255"),
        "divided by 128": ("/ 127.5 - 1", "/ 128 - 1"),
        "127 for 127.5": ("/ 127.5 - 1", "/ 127 - 1"),
        "float64": ("images.astype(np.float32) / 127.5", "images / 127.5"),
        "float16": ("np.float32) / 127.5 - 1", "np.float16) / 127.5 - 1"),
        "rounded to −1, 0 and 1": ("images.astype(np.float32) / 127.5 - 1", "images // 127.5 - np.float32(1)"),
        "cut off": ("np.rint(127.5 * floats + 127.5)", "(127.5 * floats + 127.5)"),
        "rounded up": ("np.rint(", "np.ceil("),
        "wraps": ("np.clip(np.rint(127.5 * floats + 127.5), 0, 255)", "np.rint(127.5 * floats + 127.5)"),
        "clipped too late": (
            "np.clip(np.rint(127.5 * floats + 127.5), 0, 255).astype(np.uint8)",
            "np.clip(np.rint(127.5 * floats + 127.5).astype(np.uint8), 0, 255)",
        ),
        "lower end not clipped": (
            "np.clip(np.rint(127.5 * floats + 127.5), 0, 255)",
            "np.minimum(np.rint(127.5 * floats + 127.5), 255).astype(int)",
        ),
        "times 128": ("127.5 * floats + 127.5", "128 * floats + 128"),
        "from the range 0 to 1": ("127.5 * floats + 127.5", "255 * floats"),
        "stretched to the whole range": (
            "    return np.clip",
            "    floats = 2 * (floats - floats.min()) / max(np.ptp(floats), 1e-6) - 1\n    return np.clip",
        ),
        "not uint8": (".astype(np.uint8)", ""),
    },
    "q5-attributes": {
        "one space": ("[line.split() for", '[line.split(" ") for'),
        "−1 stays": ('int(value == "1")', "int(value)"),
        "the other way round": ('value == "1"', 'value == "-1"'),
        "any 1": ('value == "1"', '"1" in value'),
        "number of pictures not checked": ("if int(lines[0]) != len(rows):", "if False:"),
        "fewer pictures not noticed": ("if int(lines[0]) != len(rows):", "if int(lines[0]) < len(rows):"),
        "more pictures not noticed": ("if int(lines[0]) != len(rows):", "if int(lines[0]) > len(rows):"),
        "as many pictures as the first line says": ("int(lines[0]) != len(rows)", "int(lines[0]) > len(lines)"),
        "superfluous values not noticed": ("len(values) != len(names)", "len(values) < len(names)"),
        "missing values not noticed": ("len(values) != len(names)", "len(values) > len(names)"),
        "values not checked": ('if not {"1", "-1"}.issuperset(values):', "if False:"),
        "zeros allowed": ('{"1", "-1"}', '{"1", "-1", "0"}'),
        "only the first picture checked": ("for file, *values in rows:", "for file, *values in rows[:1]:"),
        "transposed": ("names, table", "names, table.T"),
        "names swapped": ("return [row[0] for row in rows], names,", "return names, [row[0] for row in rows],"),
        "the first picture left out": ("lines[2:]", "lines[3:]"),
        "last line left out": ("text.splitlines()", 'text.split("\\n")[:-1]'),
        "a truth table": ("int(value", "bool(value"),
    },
    "q6-bugs": {
        "first bug: divided in float16": ("gradient.astype(np.float32) / self.scale", "gradient / self.scale"),
        "second bug: infinity is let through": (
            "not all(np.isfinite(gradient).all() for",
            "any(np.isnan(gradient).any() for",
        ),
        "NaN is let through": ("not all(np.isfinite(gradient).all() for", "any(np.isinf(gradient).any() for"),
        "third bug: the step is made in any case": (
            "            return weights\n        gradients",
            "            gradients = [gradient.astype(np.float32) / self.scale for gradient in gradients]\n"
            "            return [weight - self.rate * gradient for weight, gradient in zip(weights, gradients)]\n"
            "        gradients",
        ),
        "fourth bug: the count goes on after an overflow": (
            "            self.scale /= 2\n            self.good_steps = 0\n",
            "            self.scale /= 2\n",
        ),
        "fifth bug: the count goes on after a doubling": (
            "            self.scale *= 2\n            self.good_steps = 0\n",
            "            self.scale *= 2\n",
        ),
        "all five bugs": "ScaledDescent = BuggyScaledDescent\n",
        "only where it is finite": (
            "            return weights\n        gradients",
            "            return [\n"
            "                np.where(np.isfinite(g), w - self.rate * g / (2 * self.scale), w).astype(np.float32)\n"
            "                for w, g in zip(weights, gradients)\n            ]\n        gradients",
        ),
        "only the first gradient looked at": ("for gradient in gradients):", "for gradient in gradients[:1]):"),
        "all must overflow": ("not all(np.isfinite(gradient).all()", "not any(np.isfinite(gradient).all()"),
        "scale never halved": ("self.scale /= 2", "self.scale /= 1"),
        "scale never doubled": ("self.scale *= 2", "self.scale *= 1"),
        "doubled at each step": ("if self.good_steps == self.growth_steps:", "if True:"),
        "doubled one step too late": ("self.good_steps == self.growth_steps", "self.good_steps > self.growth_steps"),
        "doubled before the step": (
            "        gradients = [gradient.astype(np.float32) / self.scale for gradient in gradients]\n",
            "        factor = 2 if self.good_steps + 1 == self.growth_steps else 1\n"
            "        gradients = [gradient.astype(np.float32) / (factor * self.scale) for gradient in gradients]\n",
        ),
        "not divided": (" / self.scale", ""),
        "multiplied": (" / self.scale", " * self.scale"),
        "ascent": ("weight - self.rate", "weight + self.rate"),
        "in place": (
            "weights = [weight - self.rate * gradient for weight, gradient in zip(weights, gradients, strict=True)]",
            "for weight, gradient in zip(weights, gradients, strict=True):\n            weight -= self.rate * gradient",
        ),
    },
}
