"""The names of version 0.1, handed on: notebooks in students' own folders import them from here."""

from dcgan_tf.training.callbacks import MAX_FRAMES, Records, SampleGrids
from dcgan_tf.training.checkpoints import Checkpoints

__all__ = ["MAX_FRAMES", "Checkpoints", "Records", "SampleGrids"]
