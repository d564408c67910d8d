"""What keeps an eye on a training: Ctrl-C, numbers that are not finite, the speed."""

import contextlib
import math
import os
import signal
import threading
import time

import keras

ADVICE = "try a smaller learning rate, or resume from a checkpoint"


@contextlib.contextmanager
def interrupts_held_back():
    """Holds the first Ctrl-C back, so that it cuts nothing that is being written; a second one interrupts at once.

    Yields:
        A function that raises KeyboardInterrupt if there has been one.
    """
    came = []

    def handler(number, frame):
        if came:
            raise KeyboardInterrupt
        came.append(number)
        with contextlib.suppress(OSError):  # where a pipe of stderr ends, Ctrl-C has ended its reader too
            os.write(2, b"\nstopping after this step; a second Ctrl-C stops at once\n")  # print may not be interrupted

    def check():
        if came:
            raise KeyboardInterrupt

    # Python gives signals to the main thread alone, and who has a handler of their own keeps it.
    ours = threading.current_thread() is threading.main_thread()
    ours = ours and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, handler)
    try:
        yield check
    except OSError:
        check()  # a broken pipe: the same Ctrl-C has ended what the progress bar was piped into
        raise
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


class Watch(keras.callbacks.Callback):
    """Adds images/s to the logs; stops a training that is interrupted, or of which a reported number is not finite.

    Args:
        check: raises KeyboardInterrupt if the training is to stop before its next step.
    """

    def __init__(self, check):
        super().__init__()
        self.check = check
        self.rate = math.nan  # until two steps of an epoch have been made

    def on_train_batch_begin(self, batch, logs=None):
        self.check()
        self.model.make_train_function()  # the stage of a game that has several may be over

    def on_epoch_begin(self, epoch, logs=None):
        self.since = None
        self.last_step = self.model.step

    def on_train_batch_end(self, batch, logs=None):
        step = self.model.step
        if step == self.last_step:
            raise RuntimeError(
                f"{type(self.model).__name__}.train_step makes no step: override update() instead, or call "
                "super().train_step()"
            )
        for name in self.model.reports:
            if not math.isfinite(logs[name]):
                first = self.last_step + 1
                where = f"step {step}" if step == first else f"one of the steps {first} to {step}"
                raise FloatingPointError(f"{name} became {logs[name]} at {where}; {ADVICE}")
        self.last_step = step
        now = time.perf_counter()
        if self.since is None:  # not counted: the first step compiles
            self.since, self.first = now, step
        elif self.model.images_per_step:
            self.rate = round((step - self.first) * self.model.images_per_step / (now - self.since))
            logs["images_per_second"] = self.rate

    def on_epoch_end(self, epoch, logs=None):
        self.model.check_finite()  # before another callback writes anything
        logs["images_per_second"] = self.rate
