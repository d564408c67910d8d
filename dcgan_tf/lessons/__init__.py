"""What the notebooks alone use: the set-up, the checks of the exercises, and a file of drawings for each lesson."""

from dcgan_tf.lessons.tables import results

__all__ = ["results"]
