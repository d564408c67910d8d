"""Where the images come from: every source returns a `Dataset`, and `batches` turns it into what `fit` takes."""

from dcgan_tf.data.archives import fashion_mnist, mnist, npz
from dcgan_tf.data.base import BUNDLED, Dataset
from dcgan_tf.data.celeb import celeba
from dcgan_tf.data.drawn import HAIRCUTS, faces, haircuts
from dcgan_tf.data.pictures import image_folder, resize
from dcgan_tf.data.pipeline import batches
from dcgan_tf.data.shapes import random_shapes
from dcgan_tf.data.sources import load

__all__ = [
    "BUNDLED",
    "HAIRCUTS",
    "Dataset",
    "batches",
    "celeba",
    "faces",
    "fashion_mnist",
    "haircuts",
    "image_folder",
    "load",
    "mnist",
    "npz",
    "random_shapes",
    "resize",
]
