"""What keeps an eye on a training: interruptions, numbers that are not finite, the speed."""

import contextlib
import itertools
import math
import os
import signal
import threading
import time

import keras

from dcgan_tf.training import devices

ADVICE = "try a smaller learning rate, or resume from a checkpoint"


# What asks a training to stop: Ctrl-C, a scheduler or `kill`, a terminal that is closed.
SIGNALS = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
SIGNALS |= {signal.SIGHUP: signal.SIG_DFL} if hasattr(signal, "SIGHUP") else {}  # Windows has none
STEPS_BETWEEN = 8  # of several workers, from one time that they ask one another to the next


@contextlib.contextmanager
def interrupts_held_back(strategy=None):
    """Holds signals that ask to stop back, so that they cut nothing that is being written.

    A second Ctrl-C interrupts at once; a scheduler may send its signal twice, and means the same.

    Args:
        strategy: of the training; several workers stop after the same step, whichever of them was asked to.
    Yields:
        A function to be called before each step, which raises KeyboardInterrupt if there has been one.
    """
    came, calls, over = [], itertools.count(), False
    several = strategy is not None and getattr(strategy.extended, "_in_multi_worker_mode", bool)()
    gather = devices.gatherer(strategy) if several else None

    def handler(number, frame):
        if came and number == signal.SIGINT:
            raise KeyboardInterrupt
        if not came:
            with contextlib.suppress(OSError):  # print may not be interrupted, and stderr may be a pipe that has ended
                os.write(2, b"\nstopping after this step; a second Ctrl-C stops at once\n")
        came.append(number)

    def check():
        stop = bool(came)
        if gather:
            stop = (over or next(calls) % STEPS_BETWEEN == 0) and bool(gather([stop]).any())
        if stop:
            raise KeyboardInterrupt

    # Python gives signals to the main thread alone, and who has a handler of their own keeps it.
    main = threading.current_thread() is threading.main_thread()
    ours = [number for number, default in SIGNALS.items() if main and signal.getsignal(number) == default]
    for number in ours:
        signal.signal(number, handler)
    try:
        yield check
    except OSError:
        if came:  # a broken pipe: the same Ctrl-C has ended what the progress bar was piped into
            raise KeyboardInterrupt from None
        raise
    finally:
        over = True
        for number in ours:
            signal.signal(number, SIGNALS[number])


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
