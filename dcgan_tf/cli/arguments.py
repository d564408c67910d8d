"""What may be written on the command line."""

import argparse
import re
import sys

from dcgan_tf.data.files import user_path
from dcgan_tf.data.sources import SIZES, SOURCES


class Parser(argparse.ArgumentParser):
    def __init__(self, **kwargs):
        super().__init__(**kwargs, allow_abbrev=False)

    def error(self, message):  # one line, without the usage
        self.exit(2, f"{self.prog}: {message}\n")

    def parse_args(self, args=None, namespace=None):
        """As of any parser, but of an option that is given twice none is passed over in silence."""
        words = list(sys.argv[1:] if args is None else args)
        words = words[: words.index("--")] if "--" in words else words
        options = [word.partition("=")[0].replace("--no-", "--", 1) for word in words if word.startswith("--")]
        if twice := next((option for option in options if options.count(option) > 1), None):
            self.error(f"{twice} is given more than once: give it once")
        return super().parse_args(args, namespace)


def integer(least, most=2**31 - 1):
    def parse(text):
        if not re.fullmatch("-?[0-9]{1,20}", text) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be an integer from {least} to {most}, not {text!r}")
        return int(text)

    return parse


def text(value):
    """As it is, but not empty, which a shell makes of a variable that is not set."""
    if not value:
        raise argparse.ArgumentTypeError("must not be empty")
    return value


def path(value):
    try:
        return user_path(text(value))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def parser():
    main = Parser(prog="dcgan_tf", description="Deep convolutional GANs: train one, draw with it, judge it.")
    commands = main.add_subparsers(dest="command", required=True, metavar="{train,sample,evaluate,data}")

    train = commands.add_parser("train", help="train a GAN")
    names, sizes = ", ".join(SOURCES).replace(",", " (default),", 1), ", ".join(map(str, SIZES))
    train.add_argument("--data", type=text, help=f"{names}, or the path of a folder of images or of an .npz file with "
                       "x_train or images in it")  # fmt: skip
    train.add_argument("--root", type=path, metavar="PATH", help="of CelebA: the zip file, or the folder it is in")
    train.add_argument("--size", type=integer(1), help=f"side of the images in pixels: {sizes}")
    train.add_argument("--channels", type=integer(1), choices=(1, 3), help="of a folder of images: 1 for grey, 3 for "
                       "colour; grey if all of them are")  # fmt: skip
    train.add_argument(
        "--recipe", type=text, help="lean (default) or tutorial at 28 pixels, else narrow (default) or paper"
    )
    train.add_argument("--epochs", type=integer(1, 10**6), help="how often each image is seen")
    train.add_argument("--batch-size", type=integer(1, 10**6), help="over all devices together")
    train.add_argument("--seed", type=integer(0))
    train.add_argument("--conditional", action="store_true", default=None, help="draw what a label asks for")
    train.add_argument("--out", metavar="RUN", type=path, required=True, help="a new folder for all that is written")
    train.add_argument("--resume", action="store_true", help="go on with the run in RUN; its settings are kept there")
    train.add_argument("--jit-compile", action=argparse.BooleanOptionalAction, help="XLA; on if there is one GPU")
    train.add_argument("--mixed-precision", action="store_true", default=None, help="float16, for GPUs")
    train.add_argument("--memory-growth", action="store_true", help="take the GPU's memory bit by bit")
    train.add_argument(
        "--deterministic", action="store_true", default=None, help="the same bits on a GPU too, at a cost"
    )

    sample = commands.add_parser("sample", help="draw images with a trained generator")
    sample.add_argument("run", metavar="RUN", type=path)
    sample.add_argument("--count", type=integer(1, 10**6), default=64)
    sample.add_argument("--seed", type=integer(0), default=0)
    sample.add_argument("--out", metavar="FILE", type=path, required=True, help=".png, a grid; .npz, the array images")

    sample.add_argument("--label", help="what a conditional generator is to draw: the name or number of a "
                        "class, or attributes with commas between")  # fmt: skip

    evaluate = commands.add_parser("evaluate", help="say how good digits or drawn faces are, beside real ones")
    evaluate.add_argument("run", metavar="RUN", type=path)
    evaluate.add_argument("--seed", type=integer(0), default=0)

    data = commands.add_parser("data", help="prepare a data set ahead of a training")
    sets = data.add_subparsers(dest="source", required=True, metavar="{faces,celeba}")
    faces = sets.add_parser("faces", help="draw faces")
    faces.add_argument("--count", type=integer(1, 10**7), default=10_000)
    faces.add_argument("--seed", type=integer(0), default=0)
    celeba = sets.add_parser("celeba", help="decode, crop and resize CelebA's photographs once")
    celeba.add_argument("--root", type=path, metavar="PATH", required=True, help="the zip file, or the folder it is in")
    celeba.add_argument("--size", type=integer(1, 178), default=64, help="side of the images in pixels")
    return main
