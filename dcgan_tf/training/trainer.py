"""What all games of networks share: the step and its seed, optimizers, replicas, averages, and what `fit` reports."""

import contextlib
import itertools
from functools import partial
from typing import Callable

import keras
import numpy as np
import tensorflow as tf

from dcgan_tf.data.checks import check_numbers, check_whole
from dcgan_tf.models import rebuild
from dcgan_tf.training import checks, habits, watch
from dcgan_tf.training.inputs import Inputs
from dcgan_tf.training.samples import generate


class Trainer(habits.Savable):
    """Networks that play a game, each trained by an optimizer of its own.

    A game overrides `update`: one round of it, on one batch. There it says with `minimize` which networks move and what
    they minimise, and with `report` what `fit` shows. It says with `sampler` what is drawn. All else is done here.

    Args:
        seed: of all that the game draws, 0 to 2³¹ − 1.
        name: of the model.
        **players: the networks, under the names that they have in the game; each becomes an attribute.
    """

    averaged: tuple[str, ...] = ()  # players of which a moving average is kept, as `averaged_<player>`
    reports: tuple[str, ...] = ()  # what `report` is told
    images_per_step: int | None = None  # over all replicas; known once a step has been compiled

    def __init__(self, seed: int = 0, name: str | None = None, **players):
        super().__init__(name=name)
        check_whole(0, seed=seed)
        check_numbers(0, 2**31 - 1, seed=int(seed))
        self.seed, self._compiled_stage = int(seed), None
        self.players = tuple(players)
        for player, network in players.items():
            checks.check_network(player, network)
            setattr(self, player, network)
        for player in self.averaged:
            # What `sample` uses, since the weights themselves jump from step to step.
            average = rebuild(players[player], keep_weights=True)
            average.trainable = False
            setattr(self, f"averaged_{player}", average)
        alike = "only_first_replica"  # how replicas join what all of them compute alike
        self._step = self.add_weight((), "zeros", "int64", trainable=False, aggregation=alike, name="step")
        self.built = True

    def compile(self, average_decay: float = 0.99, jit_compile: bool = False, auto_scale_loss: bool = True, **kwargs):
        """Sets how the networks are trained.

        Args:
            average_decay: of the moving averages of weights, in [0, 1); 0 keeps the last weights.
            jit_compile: compile the step with XLA. Not with several replicas.
            auto_scale_loss: scale the losses where the networks compute in float16.
            **kwargs: `<player>_optimizer` for each player, a Keras optimizer or its name; besides,
                `steps_per_execution` and `run_eagerly` as in `keras.Model.compile`.
        Raises:
            ValueError: an argument out of its range, a player without an optimizer, or two with the same one.
        """
        names = [f"{player}_optimizer" for player in self.players]
        optimizers = {name: keras.optimizers.get(kwargs.pop(name, None)) for name in names}
        if missing := [name for name, optimizer in optimizers.items() if optimizer is None]:
            raise ValueError(f"each network needs an optimizer: compile() lacks {', '.join(missing)}")
        if len({id(optimizer) for optimizer in optimizers.values()}) < len(names):
            raise ValueError("each network needs an optimizer of its own, not several the same one")
        habits.check_compile(optimizers.values(), **kwargs)
        check_numbers(average_decay=average_decay)
        if not 0 <= average_decay < 1:
            raise ValueError(f"average_decay must be in [0, 1), not {average_decay}")
        if jit_compile not in (True, False, "auto"):
            raise ValueError(f'jit_compile must be True, False or "auto", not {jit_compile!r}')
        if jit_compile is True and self.replicas > 1:
            raise ValueError("XLA (jit_compile=True) does not work with several replicas: leave one of them out")
        super().compile(optimizer=None, jit_compile=jit_compile, **kwargs)
        dtypes = {layer.compute_dtype for player in self.players for layer in getattr(self, player).layers}
        for name, player in zip(names, self.players, strict=True):
            optimizer = optimizers[name]
            checks.check_network(player, getattr(self, player), trained=True)
            if auto_scale_loss and "float16" in dtypes:
                optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
            # A variable created inside the compiled step would be an error.
            optimizer.build(getattr(self, player).trainable_variables)
            setattr(self, name, optimizer)
        self.optimizer = habits.Rates(list(self.optimizers.values()))
        self.average_decay = float(average_decay)
        self.trackers = {name: keras.metrics.Mean(name) for name in self.reports}

    # What a game overrides

    def update(self, batch, seeds) -> None:
        """One round of the game.

        Args:
            batch: what `prepare` made of the data set's.
            seeds: an endless iterator over seeds for what is drawn, other ones at each step and replica.
        """
        raise NotImplementedError(f"{type(self).__name__} must say in update() what one round of its game is")

    def check_batch(self, batch) -> None:
        """Raises ValueError for a batch that the game cannot be trained on: arrays, tensors, or TensorSpecs."""

    def prepare(self, batch):
        """What `update` is given, of a batch of the data set; tensors with the samples along their first axis."""
        return batch

    def sampler(self, n: int, seed: int):
        """The network that draws, kept as `generator.keras`, and what it takes for n samples."""
        raise NotImplementedError(f"{type(self).__name__} must say in sampler() what it draws")

    def stage(self):
        """Whatever a train step depends on that is no tensor; where it has changed, the step is compiled anew."""
        return None

    # What a game uses

    def minimize(self, players: str | tuple[str, ...], loss: Callable, *args) -> None:
        """One update of these players' weights, along the gradient of `loss(*args)`; all others are constants in it."""
        self.apply(players, self.gradients(players, loss, *args))

    def gradients(self, players: str | tuple[str, ...], loss: Callable, *args) -> list:
        """The gradients of `loss(*args)`, a scalar, for the weights of these players, to be handed to `apply`."""
        players = [players] if isinstance(players, str) else players
        variables = [getattr(self, player).trainable_variables for player in players]
        with tf.GradientTape(watch_accessed_variables=False, persistent=len(players) > 1) as tape:
            tape.watch([variable.value for group in variables for variable in group])
            # Keras sums the gradients of the replicas; the loss is the mean over all of them.
            value = loss(*args) / self.replicas
            scaled = [getattr(self, f"{player}_optimizer").scale_loss(value) for player in players]
        if all(one is scaled[0] for one in scaled):
            return tape.gradient(scaled[0], variables)
        return [tape.gradient(one, group) for one, group in zip(scaled, variables, strict=True)]

    def apply(self, players: str | tuple[str, ...], gradients: list) -> None:
        """The optimizers' step along the gradients; weights that the loss does not depend on stay as they are."""
        players = [players] if isinstance(players, str) else players
        for player, group in zip(players, gradients, strict=True):
            variables = getattr(self, player).trainable_variables
            pairs = [pair for pair in zip(group, variables, strict=True) if pair[0] is not None]
            if not pairs:
                raise ValueError(f"the loss of the {player} depends on none of its weights")
            getattr(self, f"{player}_optimizer").apply(*zip(*pairs, strict=True))

    check_pair = staticmethod(checks.check_pair)

    def report(self, **values) -> None:
        """Adds to the running means that `fit` shows; their names stand in `reports`."""
        for name, value in values.items():
            if name not in self.trackers:
                raise ValueError(f"{type(self).__name__}.reports must name {name!r} before it can be reported")
            self.trackers[name].update_state(value)

    @property
    def step(self) -> int:
        """How many train steps have been made; while a step is being compiled, before that one."""
        with tf.init_scope():
            return int(self._step.numpy())

    @property
    def replicas(self) -> int:
        """On how many devices the step runs."""
        return tf.distribute.get_strategy().num_replicas_in_sync

    @property
    def optimizers(self) -> dict:
        """Player → optimizer."""
        return {player: getattr(self, f"{player}_optimizer") for player in self.players}

    def sample(self, n: int, seed: int = 0) -> np.ndarray:
        """n samples, drawn with averaged weights where there are any; the same seed, the same samples.

        Images are uint8 (n, H, W, C); what is no image, as points in the plane, stays as the network gives it.
        """
        check_whole(n=n)
        check_whole(-(2**31), seed=seed)
        return generate(*self.sampler(n, seed))

    # What surrounds a round

    def train_step(self, batch):
        """One step: a round of the game and all that surrounds it.

        Args:
            batch: of the data set.
        Returns:
            The running means of what is reported.
        """
        self.check_batch(batch)
        given = [tensor for tensor in tf.nest.flatten(batch) if tensor is not None]
        with tf.control_dependencies(given):  # where a data set has come to its end, nothing moves
            batch = self.prepare(batch)
            self.images_per_step = (tf.nest.flatten(batch)[0].shape[0] or 0) * self.replicas
            self.update(batch, self._seeds())
            self._join_statistics()
            self._update_averages()
            self._step.assign_add(1)
            return self._means()

    def make_train_function(self, force=False):
        stage = self.stage()
        super().make_train_function(force or stage != self._compiled_stage)
        self._compiled_stage = stage

    def fit(self, x=None, y=None, batch_size=None, *args, callbacks=None, shuffle=None, **kwargs):
        """As `keras.Model.fit`, with images/s in the progress bar.

        Args:
            x: samples, or a data set that yields batches of them; with labels where the game wants them.
            y, batch_size: of samples that are an array: labels beside them, and how many a step takes.
            shuffle: None shuffles all but a `tf.data.Dataset`, which has its order; Keras would warn.
            *args, callbacks, **kwargs: as there.
        Raises:
            ValueError, TypeError: samples that the game cannot be trained on, or a callback that does not work with it.
            FloatingPointError: what is reported or a weight has become NaN or infinite; says at which step.
            KeyboardInterrupt: after an interruption, at the end of a step and once the callbacks' `on_train_end` has
                run, so that it leaves the same behind as an end.
            NotImplementedError: validation data were given.
        """
        if kwargs.get("validation_data") is not None or kwargs.get("validation_split"):
            self.evaluate()
        callbacks = keras.tree.flatten(callbacks or [])
        habits.check_fit(callbacks, (*self.reports, "images_per_second", "learning_rate"), **kwargs)
        inputs = Inputs(x, y, self.check_batch, batch_size, self.replicas)
        shuffle = not isinstance(x, tf.data.Dataset) if shuffle is None else shuffle
        try:
            with watch.interrupts_held_back(self.distribute_strategy) as check:
                kwargs |= dict(callbacks=[watch.Watch(check), *callbacks], shuffle=shuffle)
                history = super().fit(inputs.x, y, batch_size, *args, **kwargs)
        except KeyboardInterrupt:
            # Last first, for that may be the checkpoint, and each of them, whatever another raises.
            with contextlib.ExitStack() as ends:
                for callback in callbacks:
                    if callback.model is not None:  # else it came before the first step
                        ends.callback(callback.on_train_end)
            raise
        except Exception:
            if inputs.refusal is not None:
                raise inputs.refusal from None
            raise
        check()
        return history

    def export(self, *args, **kwargs):
        """`export` of the network that `sample` draws with, as a SavedModel for instance."""
        return self.sampler(1, 0)[0].export(*args, **kwargs)

    def evaluate(self, *args, **kwargs):
        """Not for a game, whose losses do not say how good the samples are."""
        raise NotImplementedError("a GAN has no loss to validate: judge gan.sample(n) with dcgan_tf.metrics")

    def check_finite(self) -> None:
        """Raises FloatingPointError if a weight is not finite."""
        for weight in self.weights:
            if not np.isfinite(weight.numpy()).all():
                where = f"weights of {weight.path} are not finite after step {self.step}"
                raise FloatingPointError(f"{where}; {watch.ADVICE}")

    def _seeds(self):
        # Others for each (seed, step, replica): a resumed training draws what it would have drawn.
        context = tf.distribute.get_replica_context()
        seed = tf.random.fold_in([self.seed, 0], tf.convert_to_tensor(self._step))
        seed = tf.random.fold_in(seed, context.replica_id_in_sync_group if context else 0)
        return map(partial(tf.random.fold_in, seed), itertools.count())

    def _join_statistics(self):
        # Keras leaves to each replica the moving averages of its own batch normalization.
        weights = [weight for player in self.players for weight in getattr(self, player).non_trainable_weights]
        if weights and self.replicas > 1:
            context = tf.distribute.get_replica_context()
            with tf.device(weights[0].value.device):  # without a device there is no collective
                means = context.all_reduce("MEAN", [tf.identity(weight) for weight in weights])
            for weight, mean in zip(weights, means, strict=True):
                weight.assign(mean)

    def _update_averages(self):
        # Early weights are soon forgotten: the decay grows to its value, as in `tf.train.ExponentialMovingAverage`.
        step = tf.cast(self._step, tf.float32)
        decay = tf.minimum(self.average_decay, (1.0 + step) / (10.0 + step))
        for player in self.averaged:
            average, network = getattr(self, f"averaged_{player}"), getattr(self, player)
            for mean, weight in zip(average.weights, network.weights, strict=True):
                mean.assign(decay * mean + (1.0 - decay) * weight)

    def _means(self):
        means = {name: tracker.result() for name, tracker in self.trackers.items()}
        strategy = tf.distribute.get_strategy()
        # Between workers Keras joins what the replicas return along axis 0, which scalars do not have.
        if getattr(strategy.extended, "_in_multi_worker_mode", bool)():
            means = {name: mean[None] for name, mean in means.items()}
        return means

    def _maybe_symbolic_build(self, *args, **kwargs):
        # All is built in `__init__` and `compile`. Keras would, under a strategy, first join a batch of all workers'
        # images, and there is no collective for uint8.
        pass
