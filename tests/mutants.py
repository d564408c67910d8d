"""Breaks of the library that some test must notice: a file, a text that occurs once in it, what to put in its place,
and the test that must fail.

    python tests/mutants.py [--only WORD] [--jobs 2]

Each job works on a copy of the repository and takes one mutant after the other: it puts the break in, runs the test in
a fork of a process that has imported TensorFlow already, and takes the break out again. First the tests must pass
without a break. It prints a line a mutant, and at the end what survives; the exit code is 0 if nothing does.
"""

import argparse
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import mutants_drawings

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 300  # for a test; what takes longer is stopped and counts as not judged


def _of(file, tests, *breaks):
    """The entries of one file, (old, new, test): `tests` is the test file where a test's name stands alone."""
    return [(file, old, new, test if "/" in test else f"{tests}::{test}") for old, new, test in breaks]


PINS = "test_the_settings_are_these_and_reach_the_gan"
NORM = "test_batch_normalization_has_its_momentum_and_epsilon"
REPLICAS = "tests/test_training.py::test_two_replicas_count_together_and_join_their_statistics"
COPIER = "test_each_row_of_evaluate_says_what_is_known_of_a_copier"
SAMPLES = "test_sample_draws_as_many_as_asked_for_of_the_label_and_by_the_seed"
CORE = [
    # The recipes: every setting, and that it reaches the GAN.
    *_of("dcgan_tf/recipes.py", "tests/test_recipes.py", *((old, new, f"{PINS}[{name}]") for old, new, name in [
        ("penalty=partial(losses.r1, weight=10.0)", "penalty=partial(losses.r1, weight=0.0)", "narrow"),
        ("learning_rate=2e-3,\n        beta_1=0.5", "learning_rate=2e-4,\n        beta_1=0.5", "lean"),
        ("learning_rate=2e-3,\n        beta_1=0.5", "learning_rate=2e-3,\n        beta_1=0.9", "lean"),
        ("2e-3,\n        beta_1=0.5,\n        beta_2=0.99", "2e-3,\n        beta_1=0.5,\n        beta_2=0.999", "lean"),
        ("epochs=10,", "epochs=20,", "lean"),
        ("learning_rate=1e-4", "learning_rate=2e-4", "tutorial"),
        ("beta_1=0.9,", "beta_1=0.5,", "tutorial"),
        ("batch_size=256", "batch_size=128", "tutorial"),
        ("epochs=50,", "epochs=5,", "tutorial"),
        ("learning_rate=1e-3", "learning_rate=2e-3", "narrow"),
        ("filters=128, groups=8", "filters=128, groups=4", "narrow"),
        ("filters=128, groups=8", "filters=128", "narrow"),
        ("filters=128, groups=8", "filters=256, groups=8", "narrow"),
        ("learning_rate=2e-4", "learning_rate=1e-4", "paper"),
        ("batch_size=128", "batch_size=256", "paper"),
        ("filters=1024", "filters=512", "paper"),
        ("Adam(self.learning_rate, self.beta_1, self.beta_2)", "Adam(self.learning_rate, self.beta_1)", "lean"),
        ("Adam(self.learning_rate, self.beta_1, self.beta_2)", "Adam(beta_1=self.beta_1, beta_2=self.beta_2)", "paper"),
        ("penalty=recipe.penalty, ", "", "narrow"),
        ("average_decay=recipe.average_decay, ", "", "lean"),
        ("models.mnist_generator(16 + condition_dim", "models.mnist_generator(100 + condition_dim", "lean"),
        ("filters // 8, groups)", "filters // 4, groups)", "narrow"),
    ]),
        ("generator, discriminator, seed)\n", "generator, discriminator)\n",
         "test_a_seed_fixes_the_networks_and_is_handed_on"),
        ("*conditions, seed, names", "*conditions, 0, names", "test_a_seed_fixes_the_networks_and_is_handed_on"),
        ("set_random_seed(seed)", "set_random_seed(0)", "test_a_seed_fixes_the_networks_and_is_handed_on"),
        ("jit_compile=jit_compile", "jit_compile=False", "test_xla_is_handed_on[True]"),
        ("names=names)", "names=())",
         "test_a_condition_makes_the_generator_s_input_longer_and_joins_the_discriminator"),
        ("models.LATENT_DIM + condition_dim, filters)", "models.LATENT_DIM, filters)",
         "test_a_condition_makes_the_generator_s_input_longer_and_joins_the_discriminator[narrow]"),
        ('return "lean" if image_size == 28', 'return "tutorial" if image_size == 28',
         "test_the_default_recipe_is_one_for_the_size"),
        ("if image_size not in RECIPES[name].sizes:", "if False:", "test_another_recipe_or_size_is_refused"),
        (" or image_shape[0] != image_shape[1]", "", "test_a_shape_that_is_no_square_image_is_refused"),
    ),
    # The networks: normalization, initial weights, slopes, shapes.
    *_of("dcgan_tf/models.py", "tests/test_models.py",
        ("RandomNormal(mean, 0.02)", "RandomNormal(mean, 0.05)", "test_weights_are_drawn_as_in_the_paper"),
        ("momentum=0.9", "momentum=0.99", f"{NORM}[mnist G]"),
        ("epsilon=1e-5", "epsilon=1e-3", f"{NORM}[dcgan D]"),
        ("gamma_initializer=_normal(1.0), ", "", "test_weights_are_drawn_as_in_the_paper"),
        ('layers.BatchNormalization(name="project_norm")', '_dcgan_norm("project_norm")', f"{NORM}[tutorial]"),
        ("layers.GroupNormalization(groups, name=norm)", "layers.GroupNormalization(1, name=norm)",
         "test_group_normalization_has_its_groups"),
        ("_dcgan_norm(norm) if groups is None else", "_dcgan_norm(norm) if True else",
         "test_dcgan_discriminator_with_group_normalization_judges_each_image_by_itself"),
        ("if block > 1:", "if block > 0:", "test_dcgan_normalizes_all_but_the_image_and_the_input"),
        ("use_bias=block == 1 or groups is not None", "use_bias=block == 1",
         "test_dcgan_discriminator_with_group_normalization_judges_each_image_by_itself"),
        ('LeakyReLU(0.2, name=f"relu_{block}")', 'LeakyReLU(0.3, name=f"relu_{block}")',
         "test_dcgan_discriminator_leaks_0_2"),
        ('LeakyReLU(0.3, name="project_relu")', 'LeakyReLU(0.2, name="project_relu")',
         "test_tutorial_networks_leak_0_3"),
        ('Dropout(0.3, name=f"dropout_{block}")', 'Dropout(0.5, name=f"dropout_{block}")',
         "test_tutorial_discriminator_drops_0_3"),
        ('layers.ReLU(name="project_relu")', 'layers.LeakyReLU(0.2, name="project_relu")',
         "test_dcgan_generator_rectifies"),
        ("Cropping2D(((1, 0), (1, 0))", "Cropping2D(((0, 1), (0, 1))",
         "test_28_pixels_are_cropped_as_a_transposed_convolution_to_7_by_7_would_crop_them"),
        ("filters >> block,", "filters >> (block - 1),", "test_dcgan_generator_is_figure_1"),
        ("filters << (block - 1),", "filters << block,", "test_dcgan_discriminator_mirrors_figure_1"),
        ("dcgan_generator(28, channels, latent_dim, filters=128",
         "dcgan_generator(28, channels, latent_dim, filters=64",
         "test_the_lean_pair_is_the_papers_in_small"),
        ("filters < 1 or filters % 2**halvings", "filters < 1", "test_dcgan_generator_needs_filters_to_halve[28-2-4]"),
        ("layers.Dense(4 * 4 * filters, use_bias=False, ", "layers.Dense(4 * 4 * filters, ",
         "test_bias_is_left_to_batch_normalization"),
        ('layers.Dense(1, kernel_initializer=_normal(), dtype="float32"',
         "layers.Dense(1, kernel_initializer=_normal()",
         "test_pictures_and_logits_stay_in_full_precision"),
        ("if keep_weights:", "if False:", "test_a_copy_with_the_weights_computes_the_same_and_shares_nothing"),
        ("if keep_weights:", "if True:", "test_a_copy_without_the_weights_draws_them_anew"),
        ("copy = keras.models.clone_model(network)\n", "copy = network\n",
         "test_a_copy_with_the_weights_computes_the_same_and_shares_nothing[None]"),
        ("call(layer, x))\n    if", "layer(x))\n    if",
         "test_a_layer_is_replaced_and_another_added_and_a_third_left_out"),
        ("network.outputs[0], name=network.name)", "network.outputs[0])",
         "test_a_copy_with_the_weights_computes_the_same_and_shares_nothing[unchanged]"),
        ("copy.set_weights(network.get_weights())", "pass",
         "test_the_weights_of_a_subclass_within_a_network_are_kept_too"),
        ("copy.compiled, copy.optimizer = False, None", "pass",
         "test_a_copy_is_not_compiled_with_a_function_and_without"),
    ),
    *_of("dcgan_tf/training/checks.py", "tests/test_checks.py",
        ("shape != (None, 1) or not", "not", "test_anything_but_one_logit_is_refused"),
        (" or not low < 0 < high", "", "test_anything_but_one_logit_is_refused"),
        ("ends if activation is None else", "ends if True else", "test_the_limits_are_those_of_the_last_activation"),
        ("        tail.insert(0, layer)\n", "        pass\n", "test_the_limits_are_those_of_the_last_activation"),
        ("getattr(network, \"operations\", None) or network.layers", "network.layers",
         "test_the_limits_of_networks_of_other_kinds"),
        ("a != b and None not in (a, b)", "False",
         "test_a_pair_fits_together_and_each_network_says_what_it_takes_and_gives"),
        ("    check_logit(discriminator)\n", "",
         "test_a_pair_fits_together_and_each_network_says_what_it_takes_and_gives"),
    ),
    # What a training is given, and what surrounds it.
    *_of("dcgan_tf/training/inputs.py", "tests/test_inputs.py",
        ("self.x = x.map(self._look)", "pass",
         "test_what_cannot_be_right_is_refused_before_the_first_step[0 to 255-data set]"),
        ("if not self.looked:", "if True:",
         "test_only_the_first_batch_of_a_data_set_is_looked_at_and_none_is_lost_or_doubled"),
        ("(replicas - 1) * -(-size // replicas)", "replicas - 1",
         "test_each_replica_has_a_sample_of_the_last_batch[22-8-4-6]"),
        ("replicas > 1 and any", "False and any", "test_a_data_set_for_replicas_has_batches_of_one_size"),
    ),
    *_of("dcgan_tf/training/habits.py", "tests/test_habits.py",
        ("optimizer.learning_rate = value * ratio", "pass", "test_a_plateau_lowers_the_rates_of_both_optimizers"),
        ("value * ratio", "value", "test_a_plateau_lowers_the_rates_of_both_optimizers"),
        ("if callback.monitor not in names:", "if False:",
         "test_a_callback_that_does_not_work_is_refused_at_the_start[val_loss]"),
        ("type(callback).__mro__", "[type(callback)]", "test_so_is_a_subclass_of_one"),
    ),
    # Algorithm 1: its order, who moves, on what.
    *_of("dcgan_tf/gan.py", "tests/test_gan.py",
        ("split(real, k + pairs)", "split(real, k)",
         "test_of_a_loss_of_pairs_the_generator_has_the_last_part_of_a_batch_to_itself"),
        ("in batches[:k]:", "in batches[:1]:", "test_every_sample_of_an_update_has_the_batch_s_size[3]"),
        ("latents = self.latents_for(batches[-1], next(seeds))", "pass",
         "test_one_step_is_algorithm_1_written_out[None]"),
        ("self.generator_loss, batches[-1], latents", "self.generator_loss, batches[0], latents",
         "test_of_a_loss_of_pairs_the_generator_has_the_last_part_of_a_batch_to_itself"),
        ('self.minimize("discriminator"', 'self.minimize("generator"',
         "test_an_update_moves_one_network_only[discriminator]"),
        ('self.minimize("generator"', 'self.minimize("discriminator"',
         "test_an_update_moves_one_network_only[generator]"),
        ("        for batch in batches[:k]:\n",
         "        self.minimize('generator', self.generator_loss, None, self.latents_for(batches[-1], next(seeds)))\n"
         "        for batch in batches[:k]:\n", "test_one_step_is_algorithm_1_written_out[None]"),
        ("self.discriminator_loss, batch, latents, next(seeds))", "self.discriminator_loss, batch, latents, (0, 0))",
         "test_each_update_and_each_step_has_seeds_of_its_own"),
        ("self.judge(real, self.draw(latents), seed)", "self.judge(self.draw(latents), real, seed)",
         "test_one_step_is_algorithm_1_written_out[None]"),
        (".discriminator(real_logits, fake_logits)", ".discriminator(fake_logits, real_logits)",
         "test_one_step_is_algorithm_1_written_out[None]"),
        ("loss += self.gradient_penalty", "loss -= self.gradient_penalty", "test_one_step_is_algorithm_1_written_out"),
        ("self.gradient_penalty(real, fake, seed)\n", "self.gradient_penalty(fake, real, seed)\n",
         "test_a_penalty_is_given_the_discriminator_in_training_and_real_and_generated_samples"),
        ("self.penalty(self.logits, real", "self.penalty(self.discriminator, real",
         "test_a_penalty_is_given_the_discriminator_in_training_and_real_and_generated_samples"),
        ("real, fake, seed=seed)", "real, fake, seed=None)", "test_each_update_and_each_step_has_seeds_of_its_own"),
        ("real_logits > 0", "real_logits < 0", "test_one_step_is_algorithm_1_written_out[None]"),
        ("fake_logits < 0", "fake_logits > 0", "test_one_step_is_algorithm_1_written_out[None]"),
        ("self.report(discriminator_loss=loss", "self.report(discriminator_loss=-loss",
         "test_one_step_is_algorithm_1_written_out[None]"),
        ("self.report(generator_loss=loss)", "self.report(generator_loss=-loss)",
         "test_one_step_is_algorithm_1_written_out[None]"),
        ("self.logits(real) if self.adversarial_loss.pairs else None", "self.logits(real)",
         "tests/test_variants.py::test_no_pass_is_made_for_the_real_images_where_the_loss_does_not_use_them"),
        ("self.generator(latents, training=True)", "self.generator(latents, training=False)",
         "test_one_step_is_algorithm_1_written_out[None]"),
        ("self.discriminator(samples, training=True), tf.float32", "self.discriminator(samples), tf.float32",
         "test_one_step_is_algorithm_1_written_out[None]"),
        ("tf.cast(self.discriminator(samples, training=True), tf.float32)",
         "self.discriminator(samples, training=True)",
         "test_logits_are_float32_whatever_the_network_computes_in"),
        ("tf.shape(tf.nest.flatten(real)[0])[0]", "1", "test_every_sample_of_an_update_has_the_batch_s_size[1]"),
        ("tf.random.stateless_normal(", "tf.random.stateless_uniform(", "test_latent_vectors_are_standard_normal"),
        ("return self.averaged_generator, self.latents(n, (seed, 0))",
         "return self.generator, self.latents(n, (seed, 0))",
         "test_the_average_begins_as_a_copy_that_no_optimizer_moves_and_is_what_is_drawn_with"),
        ("self.latents(n, (seed, 0))", "self.latents(n, (0, 0))", "test_samples_are_uint8_and_fixed_by_their_seed"),
        ("batch[0] if isinstance(batch, tuple)", "batch[1] if isinstance(batch, tuple)",
         "test_labels_beside_the_images_are_passed_over"),
        ("check_whole(discriminator_steps=discriminator_steps)", "pass", "test_compile_names_what_is_wrong"),
        ("losses.get(loss), losses", "losses.non_saturating, losses",
         "test_the_loss_that_is_named_is_the_one_that_is_minimised"),
        ("self.discriminator(self.scale(samples), training=training)", "self.discriminator(samples, training=training)",
         "test_called_it_judges_images_as_they_are_stored"),
        ("self.scale(samples), training=training", "self.scale(samples), training=True",
         "test_dropout_and_batch_normalization_are_live_in_training_and_off_in_sampling"),
        ("self.check_pair(self.generator, self.discriminator)", "pass",
         "test_networks_that_do_not_fit_each_other_are_refused"),
        ("check_samples(batch, self.generator)", "pass",
         "tests/test_inputs.py::test_what_cannot_be_right_is_refused_before_the_first_step[0 to 255-array]"),
        ("tf.cast(self.generator(latents, training=True), tf.float32)", "self.generator(latents, training=True)",
         "tests/test_habits.py::test_networks_without_a_float32_end_are_penalized"),
    ),
    # The step and what surrounds it.
    *_of("dcgan_tf/training/trainer.py", "tests/test_gan.py",
        ("2**31 - 1, seed=int(seed)", "2**31, seed=int(seed)", "test_a_seed_out_of_range_is_refused"),
        ("rebuild(players[player], keep_weights=True)", "rebuild(players[player])",
         "test_the_average_begins_as_a_copy_that_no_optimizer_moves_and_is_what_is_drawn_with"),
        ("average.trainable = False", "average.trainable = True",
         "test_the_average_begins_as_a_copy_that_no_optimizer_moves_and_is_what_is_drawn_with"),
        ("for optimizer in optimizers.values()}) < len(names)", "for optimizer in optimizers.values()}) < 1",
         "test_optimizers_may_be_names_and_are_two"),
        ("0 <= average_decay < 1", "0 <= average_decay <= 1", "test_compile_names_what_is_wrong"),
        ("if jit_compile is True and self.replicas > 1:", "if False:", REPLICAS),
        ("optimizer=None, jit_compile=jit_compile", "optimizer=None, jit_compile=False",
         "test_xla_and_the_scaling_of_losses_are_as_compile_was_told"),
        ('if auto_scale_loss and "float16" in dtypes', 'if "float16" in dtypes',
         "test_xla_and_the_scaling_of_losses_are_as_compile_was_told"),
        ('if auto_scale_loss and "float16" in dtypes', "if False",
         "test_mixed_precision_scales_both_losses_and_keeps_float32_weights"),
        ('"float16" in dtypes', '"bfloat16" in dtypes', "test_bfloat16_needs_no_loss_scale"),
        ("self.average_decay = float(average_decay)", "self.average_decay = 0.99",
         "test_the_average_follows_its_formula_statistics_included"),
        ("keras.metrics.Mean(name)", "keras.metrics.Sum(name)",
         "test_what_fit_shows_is_the_mean_over_the_steps_of_an_epoch"),
        ("loss(*args) / self.replicas", "loss(*args)", "test_each_of_two_replicas_has_half_of_the_gradient"),
        ("scaled = [getattr(self, f\"{player}_optimizer\").scale_loss(value)", "scaled = [value",
         "test_mixed_precision_stays_near_full_precision"),
        ("scaled = [getattr(self, f\"{player}_optimizer\")", "scaled = [getattr(self, f\"{players[0]}_optimizer\")",
         "tests/test_variants.py::test_a_joint_loss_scales_for_each_optimizer"),
        ("if all(one is scaled[0] for one in scaled):", "if True:",
         "tests/test_variants.py::test_a_joint_loss_scales_for_each_optimizer"),
        ("if pair[0] is not None]", "]",
         "test_weights_that_a_loss_does_not_depend_on_stay_and_a_loss_of_none_is_told"),
        ("if not pairs:", "if False:",
         "test_weights_that_a_loss_does_not_depend_on_stay_and_a_loss_of_none_is_told"),
        ("if name not in self.trackers:", "if False:",
         "tests/test_variants.py::test_what_is_reported_must_be_announced"),
        ("return tf.distribute.get_strategy().num_replicas_in_sync", "return 1", REPLICAS),
        ("[0].shape[0] or 0) * self.replicas", "[0].shape[0] or 0)", REPLICAS),
        ("            self._join_statistics()\n", "", REPLICAS),
        ('all_reduce("MEAN"', 'all_reduce("SUM"', REPLICAS),
        ("getattr(self, player).non_trainable_weights", "getattr(self, player).trainable_weights", REPLICAS),
        ("            self._update_averages()\n", "", "test_the_average_follows_its_formula_statistics_included"),
        ("            self.update(batch, self._seeds())\n            self._join_statistics()\n"
         "            self._update_averages()",
         "            self._update_averages()\n            self.update(batch, self._seeds())\n"
         "            self._join_statistics()",
         "test_the_average_follows_its_formula_statistics_included"),
        ("tf.control_dependencies(given)", "contextlib.nullcontext()",
         "tests/test_inputs.py::test_a_data_set_of_unknown_length_makes_the_steps_that_it_has_batches_for[1]"),
        ("self.check_batch, batch_size", "lambda batch: None, batch_size",
         "tests/test_inputs.py::test_what_cannot_be_right_is_refused_before_the_first_step[0 to 255-array]"),
        ("assign_add(1)", "assign_add(2)", "test_keras_habits"),
        ("force or stage != self._compiled_stage", "force",
         "test_a_step_is_compiled_anew_where_its_stage_changes_and_only_there"),
        ("        self._compiled_stage = stage\n", "",
         "test_a_step_is_compiled_anew_where_its_stage_changes_and_only_there"),
        ("shuffle = not isinstance(x, tf.data.Dataset)", "shuffle = False", "test_arrays_are_shuffled_as_in_keras"),
        ("if callback.model is not None:", "if True:",
         "test_an_interruption_before_the_training_begins_has_no_callbacks_to_end"),
        ("ends.callback(callback.on_train_end)", "pass", "test_an_interruption_ends_the_callbacks"),
        ("        check()\n        return history", "        return history",
         "test_ctrl_c_cuts_no_step_and_no_callback"),
        ("callbacks=[watch.Watch(check), *callbacks]", "callbacks=[*callbacks, watch.Watch(check)]",
         "test_weights_that_turn_nan_stop_an_epoch_before_anything_is_written"),
        ("for weight in self.weights:", "for weight in self.trainable_weights:",
         "test_weights_that_turn_nan_stop_an_epoch_before_anything_is_written"),
        ("np.isfinite(weight.numpy()).all()", "np.isfinite(weight.numpy()).any()",
         "test_a_single_weight_that_is_not_finite_is_found"),
        ("fold_in([self.seed, 0],", "fold_in([0, 0],", "test_latent_vectors_differ_by_step_and_seed"),
        ("tf.convert_to_tensor(self._step))", "tf.zeros((), tf.int64))", "test_latent_vectors_differ_by_step_and_seed"),
        ("context.replica_id_in_sync_group if context else 0", "0",
         "tests/test_distributed.py::test_two_logical_devices"),
        ("itertools.count())", "itertools.repeat(0))", "test_each_update_and_each_step_has_seeds_of_its_own"),
        ("tf.minimum(self.average_decay,", "tf.maximum(self.average_decay,",
         "test_the_average_follows_its_formula_statistics_included"),
        ("(1.0 + step) / (10.0 + step)", "(1.0 + step) / (11.0 + step)",
         "test_the_average_follows_its_formula_statistics_included"),
        ("decay * mean + (1.0 - decay) * weight", "(1.0 - decay) * mean + decay * weight",
         "test_the_average_follows_its_formula_statistics_included"),
        ("zip(average.weights, network.weights", "zip(average.weights[:2], network.weights[:2]",
         "test_the_average_follows_its_formula_statistics_included"),
    ),
    *_of("dcgan_tf/training/samples.py", "tests/test_gan.py",
        ("floats / 127.5 - 1.0", "floats / 255.0", "test_one_step_is_algorithm_1_written_out[None]"),
        ("floats / 127.5 - 1.0 if images.dtype == tf.uint8 else floats", "floats / 127.5 - 1.0",
         "test_floats_are_taken_to_be_scaled"),
        ("np.rint(batch * 127.5 + 127.5)", "np.floor(batch * 127.5 + 127.5)", "test_generate_covers_the_whole_range"),
        ("np.rint(batch * 127.5 + 127.5)", "np.rint(batch * 128 + 127.5)",
         "test_what_is_drawn_in_pieces_is_what_is_drawn_at_once"),
        (".clip(0, 255)", "", "test_what_is_drawn_in_pieces_is_what_is_drawn_at_once"),
        ("training=False", "training=True", "test_what_is_drawn_in_pieces_is_what_is_drawn_at_once"),
        ("slice(start, start + batch_size)", "slice(0, batch_size)",
         "test_what_is_drawn_in_pieces_is_what_is_drawn_at_once"),
        ("if batch.ndim == 4:", "if True:", "test_a_generator_may_take_several_inputs_and_draw_what_is_no_image"),
        ("if n == 0:", "if False:", "test_a_generator_may_take_several_inputs_and_draw_what_is_no_image"),
        ("if n % parts:", "if False:",
         "test_images_that_cannot_be_split_for_the_discriminator_s_steps_are_refused"),
        ("zip(*pieces, strict=True)]", "reversed(list(zip(*pieces, strict=True)))]",
         "test_every_sample_of_an_update_has_the_batch_s_size[3]"),
    ),
    # Checkpoints: what is saved and restored, how many are kept, in which order files come and go.
    *_of("dcgan_tf/training/checkpoints.py", "tests/test_callbacks.py",
        ("sorted(self._steps(), reverse=True)", "sorted(self._steps())",
         "test_the_newest_checkpoint_is_the_one_of_the_largest_step"),
        (".read(name).assert_consumed()", ".read(name)", "test_a_checkpoint_that_lacks_something_is_not_whole"),
        ("self.saved_step = gan.step", "pass", "test_what_was_restored_is_not_written_once_more"),
        ("        self.model.check_finite()\n", "", "test_weights_that_are_not_finite_are_not_saved"),
        ("for path in [*self._files(step), self.directory]:", "for path in self._files(step):",
         "test_an_old_checkpoint_loses_its_index_first_and_only_once_the_new_one_is_on_the_disk"),
        ("files.sync(path)", "pass",
         "test_an_old_checkpoint_loses_its_index_first_and_only_once_the_new_one_is_on_the_disk"),
        ("[-self.keep :]", "[-self.keep - 1 :]", "test_the_last_three_are_kept"),
        ("known <= step)[", "known <= step)[::-1][",
         "test_as_many_checkpoints_are_kept_as_asked_for_the_newest_by_number"),
        ("if known <= step)[", "if known <= step and known != 100)[",
         "test_as_many_checkpoints_are_kept_as_asked_for_the_newest_by_number"),
        ("sorted(self.directory.iterdir(), reverse=True)", "sorted(self.directory.iterdir())",
         "test_an_old_checkpoint_loses_its_index_first_and_only_once_the_new_one_is_on_the_disk"),
        ("not in (self.saved_step, self.epoch_end)", "not in (self.epoch_end,)",
         "test_what_was_restored_is_not_written_once_more"),
        ("not in (self.saved_step, self.epoch_end)", "not in (self.saved_step,)",
         "test_no_checkpoint_is_written_of_an_epoch_whose_records_are_not"),
        ("        yield str(link / name)", "        yield prefix", "test_no_name_of_a_folder_is_a_pattern"),
        ('(name[2] == "_temp" or int(name[1]) not in kept)', "int(name[1]) not in kept",
         "test_what_a_kill_has_left_half_written_goes_and_nothing_else"),
        ("int(name[1]) <= step and", "", "test_what_a_kill_has_left_half_written_goes_and_nothing_else"),
        ("[*gan.variables, *optimizers]", "gan.variables", "test_an_interrupted_training_goes_on_to_the_same_bits[8]"),
        ("[*gan.variables, *optimizers]", "[*gan.weights, *optimizers]",
         "test_an_interrupted_training_goes_on_to_the_same_bits[8]"),
        ("except (tf.errors.OpError, OSError) as error:", "except ZeroDivisionError as error:",
         "test_a_full_disk_is_a_clear_error_and_the_earlier_checkpoints_stay"),
    ),
    # Records and grids.
    *_of("dcgan_tf/training/callbacks.py", "tests/test_callbacks.py",
        ('float("nan" if value == "" else value)', "0.0",
         "test_the_curves_are_those_of_the_history_exact_zeros_included"),
        ('float("nan" if value == "" else value)', 'float(value or "nan")',
         "test_the_curves_are_those_of_the_history_exact_zeros_included"),
        ("tf.summary.image(\"samples\", np.atleast_3d(grid)[None], step=epoch)",
         "tf.summary.image(\"samples\", 0 * np.atleast_3d(grid)[None], step=epoch)",
         "test_tensorboard_has_each_grid_at_its_epoch"),
        ("np.atleast_3d(grid)[None], step=epoch", "np.atleast_3d(grid)[None], step=0",
         "test_tensorboard_has_each_grid_at_its_epoch"),
        ("self.model.sample(self.n, self.seed)", "self.model.sample(self.n, epoch)",
         "test_the_same_latent_vectors_are_drawn_after_each_epoch"),
        ("self.model.sample(self.n, self.seed)", "self.model.sample(64, self.seed)",
         "test_the_same_latent_vectors_are_drawn_after_each_epoch"),
        ("scale=self.scale)", "scale=2)", "test_the_same_latent_vectors_are_drawn_after_each_epoch"),
        ("epoch_{epoch + 1:04d}", "epoch_{epoch:04d}", "test_the_same_latent_vectors_are_drawn_after_each_epoch"),
        ("key=lambda path: int(names[path][1])", "key=lambda path: path",
         "test_frames_are_in_the_order_of_their_numbers"),
        ("grids[:: -(every or 1)][::-1]", "grids[:: every or 1]", "test_the_last_epoch_is_always_shown"),
        ('"epoch": epoch + 1', '"epoch": epoch', "test_records"),
        ("if int(old[\"epoch\"]) <= epoch]", "]", "test_epochs_that_are_run_again_have_one_line"),
        ("players |= {player: getattr(self.model, f\"averaged_{player}\") for player in self.model.averaged}", "pass",
         "test_the_files_hold_averages_and_what_is_drawn_with"),
        ('players["generator"], _ = self.model.sampler(1, 0)', "pass",
         "test_the_files_hold_averages_and_what_is_drawn_with"),
        ("int(row[\"step\"]), ", "", "test_one_wrong_byte_in_the_history_ends_no_training"),
        ("        _set_aside(path)\n        return False", "        raise",
         "test_a_grid_that_is_damaged_is_set_aside_and_named_and_other_pictures_do_not_count"),
        ("side // smaller for side", "side for side",
         "test_grids_of_several_kinds_make_one_animation_of_bounded_size"),
        ("for row in ({\"epoch\": 0, \"step\": 0}, *self.rows[::-1])", "for row in self.rows[:1]",
         "test_a_training_that_reports_other_names_than_before_keeps_all_columns"),
    ),
    *_of("dcgan_tf/training/networks.py", "tests/test_networks.py",
        ("_NEWER.get(name, used) != value", "True",
         "test_a_file_says_what_is_used_of_what_is_new_and_no_more"),
        ("_NEWER.get(name, used) != value", "name not in _NEWER",
         "test_a_file_says_what_is_used_of_what_is_new_and_no_more"),
        ("if version not in (None, keras.__version__):", "if False:",
         "test_a_network_of_another_keras_is_not_called_damaged"),
    ),
    # Where `fit` begins, and at which batch.
    *_of("dcgan_tf/training/fit.py", "tests/test_training.py",
        ("steps_per_epoch = len(images) // batch_size", "steps_per_epoch = -(-len(images) // batch_size)",
         "test_a_training_goes_on_from_the_step_it_is_at"),
        ("< epochs * steps_per_epoch:", "< (epochs - 1) * steps_per_epoch:",
         "test_a_training_goes_on_from_the_step_it_is_at"),
        ("initial_epoch=epoch,", "initial_epoch=0,", "test_a_training_goes_on_from_the_step_it_is_at"),
        ("epochs=epoch + 1 if position else epochs", "epochs=epochs", "test_a_training_goes_on_from_the_step_it_is_at"),
        ("steps_per_epoch=steps_per_epoch - position", "steps_per_epoch=steps_per_epoch",
         "test_a_training_goes_on_from_the_step_it_is_at"),
        ("data.batches(images, batch_size, seed, labels, step),", "data.batches(images, batch_size, 0, labels, step),",
         "test_the_batches_are_those_of_the_seed_the_labels_and_the_step"),
        ("data.batches(images, batch_size, seed, labels, step),", "data.batches(images, batch_size, seed, labels),",
         "test_the_batches_are_those_of_the_seed_the_labels_and_the_step"),
        ("if steps_per_epoch % gan.steps_per_execution:", "if False:",
         "test_an_epoch_without_a_step_or_with_half_of_one_is_refused"),
        ("if gan.stop_training:", "if False:", "test_a_wish_to_stop_is_granted_in_the_midst"),
        ("        ending.on_train_end()\n", "",
         "test_callbacks_are_handed_on_and_have_their_end_where_nothing_is_left"),
        ("if history is None:", "if True:", "test_callbacks_are_handed_on_and_have_their_end_where_nothing_is_left"),
    ),
    # What keeps an eye on a training: the speed, numbers that are not finite, stages, Ctrl-C.
    *_of("dcgan_tf/training/watch.py", "tests/test_training.py",
        ("self.rate = round((step - self.first)", "self.rate = round(1000 * (step - self.first)",
         "test_images_a_second_are_counted_from_the_first_step_s_end"),
        ("(step - self.first) * self.model.images_per_step", "(step - self.first)",
         "test_images_a_second_are_counted_from_the_first_step_s_end"),
        ("(step - self.first) * self.model", "step * self.model", "test_steps_that_are_made_at_once_all_count"),
        ("        self.since = None\n", "", "test_images_a_second_are_counted_from_the_first_step_s_end"),
        ("            logs[\"images_per_second\"] = self.rate\n", "",
         "test_images_a_second_are_counted_from_the_first_step_s_end"),
        ("math.isfinite(logs[name])", "not math.isnan(logs[name])",
         "test_a_number_that_is_not_finite_is_told_with_its_step"),
        ("first = self.last_step + 1", "first = self.last_step",
         "test_a_number_that_is_not_finite_is_told_with_its_step"),
        ("if step == self.last_step:", "if False:", "test_a_step_that_is_none_is_told"),
        ("        self.last_step = step\n", "",
         "tests/test_gan.py::test_a_loss_that_turns_nan_stops_the_training_and_names_the_step"),
        ("self.model.make_train_function()", "pass",
         "test_the_stage_is_asked_for_before_each_step_and_an_interruption_too"),
        ("        self.check()\n        self.model", "        self.model",
         "test_the_stage_is_asked_for_before_each_step_and_an_interruption_too"),
        ("        self.model.check_finite()  #", "        #",
         "tests/test_gan.py::test_weights_that_turn_nan_stop_an_epoch_before_anything_is_written"),
        ("        if came and number == signal.SIGINT:\n            raise KeyboardInterrupt\n", "",
         "tests/test_gan.py::test_a_second_ctrl_c_interrupts_at_once"),
        ("        if came:  # a broken pipe", "        if False:  # a broken pipe",
         "tests/test_gan.py::test_a_pipe_broken_by_the_same_ctrl_c_is_the_interruption"),
        ("            signal.signal(number, SIGNALS[number])\n", "            pass\n",
         "tests/test_gan.py::test_ctrl_c_cuts_no_step_and_no_callback"),
        ("if came and number == signal.SIGINT:", "if came:",
         "test_a_scheduler_that_asks_twice_is_not_in_a_greater_hurry"),
        ("signal.SIGTERM: signal.SIG_DFL}", "}",
         "test_each_signal_that_asks_to_stop_is_held_back_until_the_step_is_over[SIGTERM]"),
        ("(over or next(calls) % STEPS_BETWEEN == 0) and", "", "test_several_workers_stop_after_the_same_step"),
        ("(over or next(calls) %", "(next(calls) %", "test_several_workers_stop_after_the_same_step"),
    ),
    # Settings: what is given, what was begun, what is decided.
    *_of("dcgan_tf/training/settings.py", "tests/test_training.py",
        ('MAY_CHANGE = {"epochs",', 'MAY_CHANGE = {"epochs", "seed",',
         "test_what_the_bits_depend_on_cannot_be_given_anew"),
        ('MAY_CHANGE = {"epochs",', 'MAY_CHANGE = {"epochs", "batch_size",',
         "test_what_the_bits_depend_on_cannot_be_given_anew"),
        ('MAY_CHANGE = {"epochs",', "MAY_CHANGE = {", "test_the_end_xla_and_where_the_data_lie_can_be_given_anew"),
        ("seed: int = 0", "seed: int = 1", "test_a_new_training_has_the_defaults_that_the_command_line_promises"),
        ('data: str = "mnist-sample"', 'data: str = "mnist"',
         "test_a_new_training_has_the_defaults_that_the_command_line_promises"),
        ("@dataclass(frozen=True)", "@dataclass", "test_settings_do_not_change_on_their_way"),
        ("if name in kinds}", "}", "test_settings_come_back_from_a_file"),
        ('{"names": tuple(chosen.get("names", ()))}', "{}", "test_settings_come_back_from_a_file"),
        ('("names", "data_sha256", "devices")]', '("names", "data_sha256")]',
         "test_every_option_is_taken_and_what_is_no_option_is_not"),
        ('{"root"} if given.get("data", "") in SOURCES else {"root", "data"}', '{"root", "data"}',
         "test_paths_are_kept_so_that_any_folder_finds_them_and_names_are_kept"),
        ("str(user_path(given[name]).resolve())", "str(user_path(given[name]))",
         "test_paths_are_kept_so_that_any_folder_finds_them_and_names_are_kept"),
        ("not _is_of(kinds[name], value) or", "", "test_a_setting_that_cannot_be_is_named"),
        ("return replace(begun, **given)", "return begun",
         "test_the_end_xla_and_where_the_data_lie_can_be_given_anew"),
        ("replicas == 1 and has_gpu", "has_gpu", "test_xla_is_for_one_gpu"),
        ("replicas == 1 and has_gpu", "replicas == 1", "test_xla_is_for_one_gpu"),
        ("if getattr(settings, key) is None}", "}", "test_what_was_given_stays"),
        ('"epochs": recipe.epochs', '"epochs": 10', "test_the_recipe_of_the_size_decides_what_is_left"),
        ('"batch_size": recipe.batch_size', '"batch_size": 32', "test_the_recipe_of_the_size_decides_what_is_left"),
        ("dataset.names if settings.conditional else ()", "dataset.names",
         "test_the_fingerprint_the_devices_and_the_names_are_kept"),
        ("devices=replicas)", "devices=1)", "test_the_fingerprint_the_devices_and_the_names_are_kept"),
        ("data_sha256=fingerprint, ", "", "test_the_fingerprint_the_devices_and_the_names_are_kept"),
        ("if batch_size > len(dataset.images):", "if batch_size >= len(dataset.images):",
         "test_a_batch_fits_the_images_and_the_devices"),
        ("if batch_size % replicas:", "if False:", "test_a_batch_fits_the_images_and_the_devices"),
    ),
    # The folder of a training.
    *_of("dcgan_tf/training/folder.py", "tests/test_training.py",
        ('version.startswith("0.1.")', "False", "test_a_run_of_the_first_version_is_refused_by_name"),
        ('version.startswith("0.1.")', 'version.startswith("0.1")',
         "test_a_run_of_the_first_version_is_refused_by_name"),
        (' | {"versions": versions()}', ' | {"versions": {}}', "test_settings_come_back_from_a_file"),
        ("            check_free(run)  #", "            pass  #",
         "test_a_new_run_takes_no_folder_with_something_in_it"),
        ("if checksum not in (None, _checksum(config)):", "if False:",
         "test_no_flipped_bit_of_a_config_changes_a_setting"),
        ("                locks.enter_context(_locked(run))\n", "", "test_a_lock_outlives_the_deletion_of_its_file"),
        ("                locks.enter_context(filelock.SoftFileLock(run / \".locked\", timeout=0))\n",
         "                pass\n", "test_a_disk_without_locks_has_one_training_at_a_time_too"),
        ("taken.close()", "pass", "test_a_run_is_locked_while_it_is_open_and_free_afterwards"),
        ("range(0, len(dataset.images), 1000)", "range(0, 1000, 1000)",
         "test_a_fingerprint_tells_any_pixel_label_and_shape_apart"),
        ("{dataset.images.shape} {dataset.images.dtype}", "{dataset.images.dtype}",
         "test_a_fingerprint_tells_any_pixel_label_and_shape_apart"),
        ("if dataset.labels is not None:", "if False:", "test_a_fingerprint_tells_any_pixel_label_and_shape_apart"),
        ("if label is not None:", "if False:", "test_conditions_of_a_run_are_asked_for_by_names"),
        ("requested(label, n, conditions, frequencies, names)", "requested(label, n, conditions, None, names)",
         "test_conditions_of_a_run_are_asked_for_by_names"),
        ("requested(label, n, conditions, frequencies, names)", "requested(label, n, conditions, frequencies)",
         "test_conditions_of_a_run_are_asked_for_by_names"),
        ('any(not path.name.startswith(".") for path in run.iterdir())', "any(run.iterdir())",
         "test_a_run_is_locked_while_it_is_open_and_free_afterwards"),
        ("or needed - config.keys()", "", "test_a_config_that_lacks_something_is_damaged"),
        ("len(list(path.iterdir()))", "1", "test_the_contents_are_told_in_words"),
    ),
    *_of("dcgan_tf/training/devices.py", "tests/test_training.py",
        ("if len(devices) > 1", "if devices", "test_a_strategy_uses_all_there_is"),
        ("if cluster()[0] > 1:", "if False:", "test_a_strategy_uses_all_there_is"),
        ("if memory_growth:", "if True:", "test_memory_grows_only_where_that_is_asked_for"),
        ("(rows == rows[0]).all()", "(rows == rows[0]).any()",
         "test_workers_agree_where_all_of_them_have_all_the_same_numbers"),
        ('jobs.keys() - {"chief", "worker"}', 'jobs.keys() - {"chief", "worker", "workers"}',
         "tests/test_cli.py::test_a_tf_config_that_cannot_be_understood_is_one_line"),
        ("if missing != told:", "if True:", "test_who_is_waited_for_is_told_and_not_for_ever"),
        ('("chief" if "chief" in jobs else "worker", 0)', '("worker", 0)',
         "tests/test_cli.py::test_a_cluster_has_one_chief"),
    ),
    # Files are written whole or not at all.
    *_of("dcgan_tf/data/files.py", "tests/test_files.py",
        ("            put(new, path)\n", "            os.replace(new, path)\n",
         "test_bytes_reach_the_disk_before_the_name_does_and_then_the_name"),
        ("as new, open(new,", "as new, open(path,",
         "test_a_disk_that_is_full_half_way_leaves_the_old_file_and_nothing_beside_it"),
        ("        finally:\n            new.unlink(missing_ok=True)\n", "        finally:\n            pass\n",
         "test_a_disk_that_is_full_half_way_leaves_the_old_file_and_nothing_beside_it"),
        ("    sync(beside)\n", "", "test_bytes_reach_the_disk_before_the_name_does_and_then_the_name"),
        ("    sync(path.parent)\n", "", "test_bytes_reach_the_disk_before_the_name_does_and_then_the_name"),
        ("    sync(beside)\n    os.replace(beside, path)\n", "    os.replace(beside, path)\n    sync(path)\n",
         "test_what_was_written_by_another_is_put_into_place_in_the_same_order"),
        ("os.fsync(descriptor)", "pass", "test_bytes_that_do_not_reach_the_disk_are_not_given_the_name"),
        ("os.close(descriptor)", "pass", "test_bytes_that_do_not_reach_the_disk_are_not_given_the_name"),
        ("path.parent.mkdir(parents=True, exist_ok=True)", "pass",
         "test_bytes_reach_the_disk_before_the_name_does_and_then_the_name"),
        ("    path = user_path(path)\n", "", "test_a_path_may_be_a_text"),
        ("        new.unlink(missing_ok=True)  #", "        pass  #",
         "test_a_link_in_the_place_of_the_file_beside_is_not_followed"),
        ("error.filename, error.filename2 = str(path), None", "pass",
         "test_an_error_names_the_file_that_was_to_be_written"),
        (".expanduser()", "", "test_the_home_folder_is_meant_by_a_tilde_and_addresses_are_refused"),
    ),
    # The grammar of labels.
    *_of("dcgan_tf/labels.py", "tests/test_labels.py",
        ("labels.min() < 0 or", "", "test_labels_that_number_no_classes_are_refused"),
        ("(not classes and labels.max() >= len(labels))", "False", "test_labels_that_number_no_classes_are_refused"),
        ("minlength=classes or 0", "minlength=0",
         "test_classes_that_do_not_occur_count_when_their_number_is_told"),
        ("if classes and len(counts) > classes:", "if False:", "test_labels_that_number_no_classes_are_refused"),
        ("np.unique(labels, axis=0, return_counts=True)", "(labels, np.ones(len(labels)))",
         "test_attributes_give_the_rows_that_occur_and_how_often"),
        ("(np.arange(n) + 0.5) / n", "np.arange(n) / n", "test_each_row_comes_as_often_as_its_share_to_within_one"),
        ("np.ones(rows) if frequencies is None else np.asarray(frequencies)", "np.ones(rows)",
         "test_without_a_label_the_rows_come_as_often_as_the_data_have_them"),
        ("labels.shape in ((), (n,)) and 0 <= labels.min(initial=0)", "labels.shape in ((), (n,))",
         "test_numbers_that_ask_for_nothing_are_refused"),
        ("<= labels.max(initial=0) < rows", "<= labels.max(initial=0) <= rows",
         "test_numbers_that_ask_for_nothing_are_refused"),
        ("((length,), (1, length), (n, length))", "((1, length), (n, length))", "test_other_numbers_are_y_itself"),
        ("if not any(name.isdecimal() for name in names):", "if True:",
         "test_names_that_are_numbers_come_before_the_numbers"),
        ("if not known.keys() >= set(wanted):", "if False:", "test_a_text_that_names_nothing_is_refused"),
        ("[text.strip()] if one_hot else parts", "parts", "test_a_text_that_names_nothing_is_refused"),
        ("key=len, reverse=True", "key=len", "test_a_name_may_have_commas_and_spaces_at_its_ends"),
        ("{name.strip(): i", "{name: i", "test_a_name_may_have_commas_and_spaces_at_its_ends"),
        ("if never.any():", "if False:", "test_a_class_that_never_occurs_cannot_be_asked_for"),
        ("if len(counts) > 1_000:", "if False:",
         "test_more_classes_than_a_discriminator_can_be_told_of_are_refused"),
        ('if labels.dtype.kind in "iu" and labels.shape[1:] == (1,):', "if False:",
         "test_labels_in_a_column_are_classes_as_keras_has_those_of_cifar_10"),
        ("if text.strip() else []", "", "test_attributes_are_named_or_numbered_with_commas_between"),
        ("[known[part] for part in wanted]", "[known[part] for part in wanted[:1]]",
         "test_attributes_are_named_or_numbered_with_commas_between"),
        ("range(length)}", "range(1, length)}", "test_attributes_are_named_or_numbered_with_commas_between"),
    ),
    # A GAN that is told y.
    *_of("dcgan_tf/conditional.py", "tests/test_conditional.py",
        ("RandomNormal(0, 0.02)", "RandomNormal(0, 0.2)", "test_the_label_maps_begin_as_small_as_all_other_weights"),
        ("kernel_initializer=normal, ", "", "test_the_label_maps_begin_as_small_as_all_other_weights"),
        ("maps: int = 8", "maps: int = 4", "test_the_label_maps_begin_as_small_as_all_other_weights"),
        ('before: str = "down_2"', 'before: str = "down_3"', "test_the_label_maps_begin_as_small_as_all_other_weights"),
        ("joined[:, 0, 0, channels:]", "joined[:, 0, 0, :condition_dim]",
         "test_y_joins_before_the_layer_that_is_named"),
        ("joined[..., :channels] if x is joined", "joined[..., -channels:] if x is joined",
         "test_y_can_join_the_image"),
        ("self.join(self.scale(images), self._y(labels))\n", "self.join(self.scale(images), self._y(labels[::-1]))\n",
         "test_a_step_shows_each_real_image_with_its_own_label"),
        ("return self.join(super().draw(latents), latents", "return self.join(super().draw(latents), -latents",
         "test_generated_images_carry_the_condition_they_were_drawn_for"),
        ("np.log(self.frequencies)", "np.log(self.frequencies > 0)",
         "test_latents_end_with_a_condition_as_frequent_as_said"),
        ("z_seed, y_seed = tf.unstack(tf.random.split(seed, 2))", "z_seed = y_seed = seed",
         "test_z_and_y_are_drawn_with_seeds_of_their_own"),
        ("self.logits(self.join(images, y)), real", "self.logits(self.join(images, 0 * y)), real",
         "test_a_penalty_is_on_the_gradient_in_the_image_alone"),
        ("y, fake = real[..., :channels]", "y, fake = real[..., -channels:]",
         "test_a_penalty_is_on_the_gradient_in_the_image_alone"),
        ("self.conditions, self.frequencies, self.names)", "self.conditions, None, self.names)",
         "test_without_labels_each_row_comes_as_often_as_the_data_have_it"),
        ("self._latents(y, (seed, 0))", "self._latents(y, (0, 0))",
         "test_one_seed_draws_the_same_z_whatever_is_asked_for"),
        ("generate(*self.sampler(n, seed, labels))", "generate(*self.sampler(n, seed))",
         "test_integers_rows_and_vectors_ask_for_the_same"),
        ("tf.concat([z, y], axis=-1)", "tf.concat([y, z], axis=-1)",
         "test_latents_end_with_a_condition_as_frequent_as_said"),
        ("if integers and (len(shape) == 1 or (shape[1:] == (1,) and length > 1)):", "if False:",
         "test_the_discriminator_sees_each_image_with_its_own_condition"),
        ("self.check_pair(self.generator, self.discriminator, self.conditions.shape[1])", "pass",
         "test_a_discriminator_that_is_told_y_must_give_a_logit_too"),
        ("frequencies.min() >= 0", "True", "test_bad_conditions"),
    ),
    # Losses and penalties.
    *_of("dcgan_tf/losses.py", "tests/test_losses.py",
        ("real + alpha * noise", "real + noise", "test_dragan_scales_the_noise_of_each_sample_by_a_uniform_factor"),
        ("* 0.5 * tf.math.reduce_std(real)", "* tf.math.reduce_std(real)",
         "test_dragan_moves_each_pixel_by_up_to_half_a_standard_deviation"),
        ("* 0.5 * tf.math.reduce_std(real)", "* 0.5",
         "test_dragan_moves_each_pixel_by_up_to_half_a_standard_deviation"),
        ("noise = _uniform(tf.shape(real), seeds[0])", "noise = _uniform(_one_a_sample(real), seeds[0])",
         "test_dragan_scales_the_noise_of_each_sample_by_a_uniform_factor"),
        ("alpha = _uniform(_one_a_sample(real), seed)", "alpha = _uniform(tf.shape(real), seed)",
         "test_interpolation_factor_is_one_a_sample"),
        ("alpha * real + (1.0 - alpha) * fake", "real", "test_interpolation_factor_is_one_a_sample"),
        ("(_gradient_norm(discriminator, real + alpha * noise) - 1.0)",
         "_gradient_norm(discriminator, real + alpha * noise)",
         "test_slope_of_a_linear_discriminator_is_held_at_1"),
        ("return 0.5 * weight * mean(_squared", "return weight * mean(_squared",
         "test_r1_and_r2_of_a_linear_discriminator"),
        ("return r1(discriminator, fake, weight=weight)", "return r1(discriminator, real, weight=weight)",
         "test_r1_is_of_the_real_samples_and_r2_of_the_generated_ones"),
        ("+ r2(discriminator, real, fake, weight)", "", "test_r1_and_r2_of_a_linear_discriminator"),
        ("axis=list(range(1, gradient.shape.rank))", "axis=[1]",
         "test_r1_and_r2_of_a_linear_discriminator"),
        ("1e-12))", "0.0))", "test_no_nan_where_the_gradient_is_zero"),
        ("mean(softplus(fake_logits))\n\n\nminimax", "mean(softplus(-fake_logits))\n\n\nminimax",
         "test_losses_equal_their_closed_forms[non_saturating]"),
        ("lambda _, fake_logits: mean(softplus(-fake_logits))", "lambda _, fake_logits: -mean(softplus(fake_logits))",
         "test_losses_equal_their_closed_forms[non_saturating]"),
        ("0.5 * mean((fake_logits - 1.0) ** 2)", "0.5 * mean(fake_logits**2)",
         "test_losses_equal_their_closed_forms[least_squares]"),
        ("mean(relu(1.0 + fake_logits))", "mean(relu(fake_logits))", "test_losses_equal_their_closed_forms[hinge]"),
        ("mean(softplus(real_logits - fake_logits))", "mean(softplus(fake_logits - real_logits))",
         "test_losses_equal_their_closed_forms[relativistic]"),
        ('    pairs=True,\n)\n"""RpGAN', ')\n"""RpGAN',
         "test_the_relativistic_loss_is_one_of_pairs_and_the_older_ones_are_not"),
        ("(1.0 - real_label) * softplus(real_logits)", "0.0",
         "test_the_best_smoothed_discriminator_is_alpha_p_over_p_plus_q"),
        ("real_label: float = 0.9", "real_label: float = 0.8", "test_smoothing_defaults_to_the_papers_label"),
        ("if not 0.5 < real_label <= 1.0:", "if False:", "test_smoothing_needs_a_label_that_says_real"),
        ("x.dtype in (tf.float16, tf.bfloat16)", "x.dtype in (tf.bfloat16,)", "test_half_precision_logits_are_widened"),
        ('bool(getattr(loss, "pairs", False))', "False", "test_get_makes_a_loss_of_any_pair_of_functions"),
        ("tf.random.uniform(shape) if seed is None else tf.random.stateless_uniform(shape, seed)",
         "tf.random.uniform(shape)", "test_a_seed_fixes_the_draw"),
    ),
    # Measures.
    *_of("dcgan_tf/metrics.py", "tests/test_metrics.py",
        ("np.log(p) - np.log(p.mean(axis=0))", "np.log(p)", "test_score_agrees_with_scipy"),
        ("float(difference @ difference + trace)", "float(trace)",
         "test_frechet_distance_of_a_shifted_set_is_the_shift_squared"),
        ("- 2 * np.sqrt(eigenvalues", "- np.sqrt(eigenvalues", "test_frechet_distance_agrees_with_scipy"),
        ("replace=False)] for x in", "replace=True)] for x in",
         "test_extrapolation_draws_without_repetition_and_by_its_seed"),
        ("np.linspace(most / 5, most, 15)", "np.linspace(most / 2, most, 15)",
         "test_extrapolation_is_linear_in_1_over_n"),
        ("np.polyfit(1 / sizes,", "np.polyfit(sizes,", "test_extrapolation_is_linear_in_1_over_n"),
        ("(a @ b.T / a.shape[1] + 1) ** 3", "(a @ b.T / a.shape[1] + 1) ** 2",
         "test_kernel_distance_agrees_with_scikit_learn"),
        ("(a @ b.T / a.shape[1] + 1)", "(a @ b.T + 1)", "test_kernel_distance_agrees_with_scikit_learn"),
        ("** 3, unbiased=True", "** 3, unbiased=False", "test_kernel_distance_compares_no_image_with_itself"),
        ("gamma=1 / (2 * 10**2)), unbiased=False", "gamma=1 / (2 * 10**2)), unbiased=True",
         "test_mean_distance_is_the_biased_gaussian_discrepancy_of_unit_vectors_times_1000"),
        ("gamma=1 / (2 * 10**2)", "gamma=1 / 10**2",
         "test_mean_distance_is_the_biased_gaussian_discrepancy_of_unit_vectors_times_1000"),
        ("- 2 * total(real, fake)", "- total(real, fake)", "test_kernel_distance_agrees_with_scikit_learn"),
        ("(distances <= reach).any(axis=1)", "(distances <= reach).all(axis=1)",
         "test_precision_and_recall_agree_with_brute_force"),
        ("float(covered(fake, by=real)), float(covered(real, by=fake))",
         "float(covered(real, by=fake)), float(covered(fake, by=real))",
         "test_precision_and_recall_agree_with_brute_force"),
        ("fake_features: np.ndarray, k: int = 3", "fake_features: np.ndarray, k: int = 5",
         "test_the_default_reach_of_precision_and_recall_is_the_third_neighbours"),
        ("[distances < reach for", "[distances <= reach for",
         "test_an_image_at_exactly_the_reach_of_density_is_not_within"),
        ("within.sum() / (k * len(fake))", "within.sum() / len(fake)", "test_density_and_coverage_agree_with_loops"),
        ("within.any(axis=0).mean()", "within.any(axis=1).mean()", "test_density_and_coverage_agree_with_loops"),
        ("n_neighbors=k + 1", "n_neighbors=k", "test_a_point_is_no_neighbour_of_itself_for_density"),
        ("np.minimum(p, q / slopes)", "np.minimum(q, p / slopes)", "test_prd_of_half_of_the_modes_costs_recall"),
        ("random_state=seed", "random_state=0", "test_the_seed_of_prd_is_that_of_the_clusters"),
        ("beta: float = 8", "beta: float = 1", "test_f_beta_is_the_largest_on_the_curve_and_8_by_default"),
        ("below = beta**2 * precision + recall", "below = precision + beta**2 * recall",
         "test_f_beta_agrees_with_the_counts_of_scikit_learn"),
        ("least: float = 0.02", "least: float = 0.01", "test_classes_count_from_two_percent_on"),
        ("(share >= least)", "(share > least)", "test_classes_count_from_two_percent_on"),
        ("p.argmax(axis=1), minlength", "p.argmin(axis=1), minlength",
         "test_classes_count_from_two_percent_on"),
        ("np.linalg.norm(features - training[indices], axis=1)",
         "0 * np.linalg.norm(features - training[indices], axis=1)",
         "test_nearest_neighbours_agree_with_brute_force"),
    ),
    # What the features come from.
    *_of("dcgan_tf/judges.py", "tests/test_judges.py",
        ("0.5 + 0.5 * np.tanh(0.5 * logits)", "0.5 + 0.5 * np.tanh(5.0 * logits)",
         "test_the_probabilities_of_attributes_are_the_sigmoids_of_the_logits"),
        ("np.exp(logits - logits.max(axis=1, keepdims=True))",
         "np.exp((logits - logits.max(axis=1, keepdims=True)) / 2)",
         "test_the_probabilities_of_digits_are_the_softmax_of_the_logits"),
        ("batch / np.float32(127.5) - 1", "batch / np.float32(255)", "test_the_classifier_knows_the_digits"),
        ('model.get_layer("features").output', "model.outputs[0]",
         "test_the_classifier_gives_features_and_probabilities"),
        ("if images.dtype != np.uint8:", "if False:", "test_floats_are_no_images_for_a_classifier"),
        ('"precision": precision,', '"precision": recall,', "test_precision_and_recall_of_the_table_are_not_exchanged"),
        ("precision_recall(real_features, features, k=3)", "precision_recall(real_features, features, k=5)",
         "test_digits_are_measured_against_the_test_digits"),
        ("frechet_distance(real_features, features)", "frechet_distance(features, features)",
         "test_digits_are_measured_against_the_test_digits"),
        ("probabilities.max(axis=1) > 0.9", "probabilities.max(axis=1) > 0.5",
         "test_blends_of_two_digits_leave_the_classifier_unsure"),
        ('data.mnist("sample", "test")', 'data.mnist("sample", "train")',
         "test_digits_are_measured_against_the_test_digits"),
        ("data.faces(2_000, seed=1, verbose", "data.faces(2_000, seed=0, verbose",
         "test_faces_are_compared_with_2000_others_by_default"),
        ("if real is not None and not _fits(judge, real):", "if False:",
         "test_images_are_compared_with_their_own_kind"),
    ),
    *_of("dcgan_tf/pretrained.py", "tests/test_pretrained.py",
        ("network.trainable = False", "pass", "test_each_network_is_the_one_that_was_released_and_is_frozen"),
        ("!= SHA256[name]:", '== "":', "test_a_changed_file_is_refused"),
    ),
    # Layers that Keras lacks.
    *_of("dcgan_tf/layers/spectral_normalization.py", "tests/test_layers.py",
        ("ops.swapaxes(kernel, -1, -2)", "kernel", "test_sigma_is_the_largest_singular_value_by_output_channels"),
        ("self.power_iterations if training else 0", "self.power_iterations",
         "test_training_calls_move_u_and_inference_calls_do_not"),
        ("range(self.power_iterations if training else 0)", "range(1 if training else 0)",
         "test_sigma_is_the_largest_singular_value_by_output_channels"),
        ("sigma = ops.sum(v * ops.matmul(matrix, u))", "sigma = ops.sum(v * ops.matmul(frozen, u))",
         "test_the_loss_does_not_depend_on_the_length_of_the_kernel"),
        ("self.kernel / ops.where(sigma > 0, sigma, 1.0)", "self.kernel / sigma",
         "test_a_kernel_of_zeros_stays_one_and_can_leave"),
        ("ops.where(ops.any(u != 0), u, self.u)", "u", "test_a_kernel_of_zeros_stays_one_and_can_leave"),
        ('"power_iterations": self.power_iterations}', "}", "test_saving_and_loading_keeps_every_bit"),
        ("dtype=dtype, seed=0)", "dtype=dtype)", "test_u_starts_as_a_seeded_direction"),
    ),
    *_of("dcgan_tf/layers/minibatch_std_dev.py", "tests/test_layers.py",
        ("ops.var(x, axis=1)", "ops.var(x, axis=0)", "test_one_feature_map_holds_the_mean_deviation_over_the_batch"),
        ("groups = self.groups or 1", "groups = 1", "test_groups_are_how_many_parts_the_batch_is_split_into"),
        ("+ 1e-8)", ")", "test_a_batch_of_copies_has_no_deviation_and_no_nan"),
        ('ops.cast(inputs, "float32")', "inputs", "test_the_deviation_of_large_numbers_fits_into_float16"),
        ("ops.repeat(means,", "ops.repeat(means[::-1],", "test_groups_are_how_many_parts_the_batch_is_split_into"),
        ('"groups": self.groups}', "}", "test_saving_and_loading_keeps_every_bit"),
    ),
    # Points in the plane, and games of two numbers.
    *_of("dcgan_tf/toy.py", "tests/test_toy.py",
        ("np.arange(modes) / modes", "np.arange(modes) / (modes - 1)", "test_a_ring_repeats_no_mode"),
        ("(side - 1) / 2", "side / 2", "test_a_grid_is_centred_and_spaced"),
        ("random.permutation(np.arange(n) % len(centres))", "np.arange(n) % len(centres)",
         "test_modes_are_equally_frequent_in_random_order"),
        ("std * random.normal(size=(n, 2))", "std * random.uniform(-1, 1, size=(n, 2))",
         "test_points_lie_about_the_centres_with_the_given_deviation"),
        ("near = distances <= 3 * std", "near = distances <= 4 * std",
         "test_a_point_belongs_to_a_mode_up_to_three_deviations_away"),
        (">= 0.02", "> 0.02", "test_a_mode_is_covered_from_two_percent_of_all_points_on"),
        ("lambda x, y: y, lambda x, y: -x", "lambda x, y: -y, lambda x, y: x",
         "test_the_bilinear_players_move_against_and_along_the_gradient_of_xy"),
        ("+ penalty * y", "+ 2 * penalty * y", "test_the_dirac_players_descend_their_losses"),
        ("lambda logit: -sigmoid(-logit)", "lambda logit: -sigmoid(logit)",
         "test_the_dirac_players_descend_their_losses"),
        ("+ 2 * averaging * (x - x_mean)", "+ averaging * (x - x_mean)",
         "test_historical_averaging_pulls_to_the_mean_of_the_path"),
        ("x_gradient(x, y + y_step) if alternating", "x_gradient(x, y) if alternating",
         "test_alternating_steps_on_xy_stay_on_an_ellipse"),
        ("at = x - step_size * x_gradient(x, y), y", "at = x + step_size * x_gradient(x, y), y",
         "test_extragradient_steps_on_xy_converge"),
        ("y_step = momentum * y_step -", "y_step = -", "test_momentum_adds_a_share_of_the_last_step"),
    ),
    # Batches, and what is loaded by its name.
    *_of("dcgan_tf/data/pipeline.py", "tests/test_data.py",
        ("default_rng((seed, epoch))", "default_rng(seed)", "test_epochs_have_orders_of_their_own"),
        ("default_rng((seed, epoch))", "default_rng(epoch)", "test_seeds_differ"),
        ("position * batch_size : (position + 1) * batch_size", "position : position + batch_size",
         "test_no_image_comes_twice_in_an_epoch"),
        (".permutation(len(images))", ".integers(0, len(images), len(images))",
         "test_no_image_comes_twice_in_an_epoch"),
        ("Dataset.range(start_step,", "Dataset.range(0,", "test_batches_go_on_where_they_stopped"),
        ("[np.asarray(array[chosen]) for array in arrays]",
         "[np.asarray(array[chosen if i == 0 else np.sort(chosen)]) for i, array in enumerate(arrays)]",
         "test_labels_stay_with_their_images"),
        ("tensor.set_shape((batch_size, *array.shape[1:]))", "pass", "test_shapes_are_known_before_the_first_batch"),
        ("is_integer(batch_size, 1, len(images))", "is_integer(batch_size, 1)", "test_batches_says_what_is_allowed"),
        ("if len({array.shape[:1] for array in arrays}) > 1:", "if False:", "test_batches_says_what_is_allowed"),
        ("    @lru_cache(maxsize=1)\n    def order", "    images = np.asarray(images[:])\n\n    def order",
         "test_only_the_batch_at_hand_is_read"),
    ),
    *_of("dcgan_tf/data/sources.py", "tests/test_data.py",
        ('mnist("sample", split)', 'mnist("sample", "train")', "test_a_name_is_loaded_by_its_own_function"),
        ("faces(2_000, seed=1)", "faces(2_000)", "test_a_name_is_loaded_by_its_own_function"),
        ("size or row.size, split", "size or 28, split", "test_celeba_is_asked_for_its_size_and_needs_its_root"),
        ("(row is not None and row.needs_root) != (root is not None)", "False",
         "test_celeba_is_asked_for_its_size_and_needs_its_root"),
        ("height if height == width else None", "height", "test_an_archive_s_images_keep_a_size_that_there_is"),
        ("return side if side in SIZES else 64", "return 64", "test_an_archive_s_images_keep_a_size_that_there_is"),
        ("resize(dataset.images, size)", "dataset.images", "test_a_name_is_loaded_by_its_own_function"),
        ("Source(_downloaded(fashion_mnist), 28)", 'Source(_downloaded(fashion_mnist), 28, judge="digits")',
         "test_only_digits_and_faces_have_a_judge_and_it_knows_their_size"),
        ("if size is not None and (not is_integer(size, 1) or size not in SIZES):", "if False:",
         "test_load_says_what_is_allowed"),
        ("channels or common, split)", "3, split)", "tests/test_pictures.py::test_grey_folders_stay_grey"),
        ("npz(path, split, labels)", "npz(path, split)", "test_npz_leaves_labels_unread_that_nobody_asks_for"),
        ("    check_split(split)\n", "", "test_no_source_is_asked_for_a_split_that_there_is_not"),
    ),
    *_of("dcgan_tf/data/base.py", "tests/test_cli.py",
        ("c if c.isprintable() else ascii(c)[1:-1]", "c",
         "test_names_are_printed_without_what_a_terminal_would_obey"),
        ("not isinstance(value, bool) and ", "", "tests/test_faces.py::test_bad_arguments"),
    ),
    *_of("dcgan_tf/data/archives.py", "tests/test_data.py",
        ("except Exception as error:  # what a damaged", "except (ValueError, EOFError) as error:  #",
         "test_npz_refuses_what_is_no_whole_archive"),
    ),
    *_of("dcgan_tf/data/celeb.py", "tests/test_celeba.py",
        ("except Exception as error:  # encrypted", "except (zipfile.BadZipFile, OSError) as error:  # encrypted",
         "test_faulty_archives"),
        (" if line.strip()]", "]", "test_blank_lines_and_a_mark_of_the_byte_order_are_no_rows"),
    ),
    *_of("dcgan_tf/data/cache.py", "tests/test_cache.py",
        ("            os.fsync(file.fileno())  #", "            pass  #",
         "test_a_disk_that_fills_is_told_with_its_file_and_gone_on_with"),
        ('if getattr(error, "errno", None) != errno.ENOSPC:', "if True:",
         "test_a_disk_that_fills_is_told_with_its_file_and_gone_on_with"),
        ("(done - len(left_out)) * math.prod(shape[1:])\n    with", "done * math.prod(shape[1:])\n    with",
         "test_an_interruption_changes_nothing"),
        ("    except ValueError as error:", "    except OSError as error:",
         "test_without_a_home_the_variable_is_named"),
    ),
    *_of("dcgan_tf/data/folders.py", "tests/test_pictures.py",
        ("    if real in above:  #", "    if False:  #", "test_a_link_to_a_folder_above_it_is_followed_once"),
        ("entry.is_file() or is_lost(entry)", "entry.is_file()", "test_a_link_that_leads_nowhere_is_named"),
        ('not folders.keys() & {"train", "training"}', "False",
         "test_folders_that_are_called_after_splits_among_others_are_classes"),
        ("    except UnidentifiedImageError:\n        return False\n", "",
         "test_captions_and_tables_beside_pictures_are_passed_over"),
    ),
    *_of("dcgan_tf/data/pictures.py", "tests/test_pictures.py",
        (" {status.st_ctime_ns}", "", "test_pictures_are_decoded_once_and_again_when_they_have_changed"),
        ("int(name) if numbers else 0", "0", "test_classes_that_are_numbers_are_in_the_order_of_the_numbers"),
        ("{*parents, *found.classes}", "{*parents}",
         "test_folders_called_after_splits_are_those_and_no_classes"),
        ("for i, picture in enumerate(pictures) if i not in left_out]", "for picture in pictures][: len(images)]",
         "test_classes_and_images_stay_together_when_a_picture_is_skipped"),
        ("_one_at_a_time if pixels > MANY_PIXELS else contextlib", "contextlib",
         "test_large_pictures_are_converted_one_at_a_time"),
    ),
    # The command line.
    *_of("dcgan_tf/cli/evaluate.py", "tests/test_cli.py", *((old, new, COPIER) for old, new in [
        ("[its[name] for its in measured]", '[-1 if name == "recall" else its[name] for its in measured]'),
        ("[np.median(distances) for distances in near]", "[-1 for distances in near]"),
        ('"precision": ("precision (k = 3)"', '"precision": ("recall (k = 3)"'),
        ("beside = (images, train.images[some])", "beside = (train.images[some], images)"),
        ("real=test.images", "real=train.images"),
        ("(f, training)[0] for f in (features, classify(test.images)[0])",
         "(f, training)[0] for f in (features, classify(train.images[some])[0])"),
        ("np.median(distances)", "np.max(distances)"),
        ("[p.argmax(1) if digits", "[p.argmin(1) if digits"),
        ("wanted = [y.argmax(1) if digits else y, train.labels[some]]",
         "wanted = [y.argmax(1) if digits else y, train.labels[:n]]"),
        ("if name in measured[0]:", 'if name in measured[0] and name != "sure":'),
        ("nearest_neighbours(f, training)[0]", "nearest_neighbours(f, training)[1]"),
    ]),
        ("row.judge is None or row.size != size", "row.judge is None",
         "test_other_images_than_digits_and_faces_have_no_judge"),
        ("else p > 0.5 for p in", "else p < 0.5 for p in", "test_faces_are_recognised_attribute_by_attribute"),
        ("draw(args.run, n, args.seed)", "draw(args.run, n, 0)", "test_evaluate_draws_by_its_seed"),
        ("np.random.default_rng(args.seed)", "np.random.default_rng(0)", "test_evaluate_draws_by_its_seed"),
    ),
    *_of("dcgan_tf/cli/sample.py", "tests/test_cli.py", *((old, new, SAMPLES) for old, new in [
        ("args.count, args.seed, args.label)", "64, args.seed, args.label)"),
        ("args.count, args.seed, args.label)", "args.count, 0, args.label)"),
        ("args.count, args.seed, args.label)", "args.count, args.seed)"),
        ("(n, latent_dim), (seed, 0)", "(n, latent_dim), (0, 0)"),
        ("np.concatenate([latents, y], axis=1)", "np.concatenate([latents, y[::-1]], axis=1)"),
    ]),
        ("(seed, 0))", "(seed, 1))", "test_sample_draws_the_latent_vectors_of_the_gan_s_own_sample"),
        ("scale=2", "scale=1", "test_a_grid_shows_each_pixel_twice_and_other_files_are_refused"),
        ('if y is None and config.get("conditional"):', "if False:",
         "tests/test_conditional.py::test_command_line"),
        ('not in (".png", ".npz")', 'not in (".png", ".npz", ".jpg")',
         "test_a_grid_shows_each_pixel_twice_and_other_files_are_refused"),
    ),
    *_of("dcgan_tf/cli/train.py", "tests/test_cli.py",
        ("settings.recipe, shape, settings.seed,", "settings.recipe, shape, 0,",
         "test_seed_xla_and_labels_reach_the_gan_and_the_order_of_the_images"),
        ("settings.seed, settings.jit_compile, conditions", "settings.seed, False, conditions",
         "test_seed_xla_and_labels_reach_the_gan_and_the_order_of_the_images"),
        ("settings.epochs, settings.seed, callbacks", "settings.epochs, 0, callbacks",
         "test_seed_xla_and_labels_reach_the_gan_and_the_order_of_the_images"),
        ("labels = dataset.labels if settings.conditional else None", "labels = None",
         "test_seed_xla_and_labels_reach_the_gan_and_the_order_of_the_images"),
        ("conditions_of(dataset.labels, len(settings.names))", "conditions_of(dataset.labels, 11)",
         "test_seed_xla_and_labels_reach_the_gan_and_the_order_of_the_images"),
        ('"mixed_float16" if settings.mixed_precision else', "",
         "test_half_precision_and_determinism_are_set_where_they_are_asked_for"),
        ("if settings.deterministic:", "if False:",
         "test_half_precision_and_determinism_are_set_where_they_are_asked_for"),
        ("[tensorboard, SampleGrids(out), Records(out), checkpoints]",
         "[checkpoints, tensorboard, SampleGrids(out), Records(out)]", "test_the_checkpoint_is_written_last_of_all"),
        ("        folder.write_conditions(out, *conditions)", "        pass",
         "test_the_checkpoint_is_written_last_of_all"),
        ("if begun and begun.data_sha256 != settings.data_sha256:", "if False:",
         "test_resume_refuses_other_images"),
        ("if step > settings.epochs *", "if step >= settings.epochs *",
         "test_a_run_goes_on_from_its_checkpoint_and_not_beyond_its_end"),
        ("if step > settings.epochs * (images // settings.batch_size):", "if False:",
         "test_a_run_goes_on_from_its_checkpoint_and_not_beyond_its_end"),
        ("step = checkpoints.restore(gan)", "step = 0",
         "test_a_run_goes_on_from_its_checkpoint_and_not_beyond_its_end"),
        ("if before != now:", "if False:", "test_what_is_not_as_it_was_is_told"),
        ("isinstance(error, errors.ResourceExhaustedError) and", "False and", "test_too_little_memory_is_one_line"),
        ('and not re.search("space left|quota", error.message)', "",
         "test_what_a_disk_answers_is_one_line_and_no_lack_of_memory"),
    ),
    *_of("dcgan_tf/cli/arguments.py", "tests/test_cli.py",
        ("default=64)\n    sample", "default=16)\n    sample",
         "test_the_options_have_the_defaults_that_the_help_promises"),
        ("not least <= int(text) <= most", "not least <= int(text)", "test_train_says_what_is_allowed"),
        ("not least <= int(text) <= most", "int(text) > most", "test_train_says_what_is_allowed"),
        ('"--count", type=integer(1, 10**7), default=10_000', '"--count", type=integer(1, 10**7), default=1_000',
         "test_the_options_have_the_defaults_that_the_help_promises"),
    ),
    *_of("dcgan_tf/cli/__init__.py", "tests/test_cli.py",
        ("        return 2\n", "        return 1\n", "test_what_went_wrong_is_one_line_and_a_code"),
        ("        return 1\n", "        return 2\n", "test_what_went_wrong_is_one_line_and_a_code"),
        ("one_line(error, most=1000)", "str(error)", "test_what_went_wrong_is_one_line_and_a_code"),
        ("        with output.unbreakable():\n            return", "        if True:\n            return",
         "tests/test_output.py::test_a_reader_that_ends_early_does_not_end_the_work"),
    ),
    *_of("dcgan_tf/cli/output.py", "tests/test_output.py",
        ("except UnicodeEncodeError:", "except ZeroDivisionError:", "test_letters_that_a_terminal_lacks_are_replaced"),
        ("os.dup2(nowhere.fileno(), self.stream.fileno())", "pass",
         "test_a_command_ends_its_work_with_any_output"),
    ),
    # A variant, the judge of haircuts, and the places where the student writes.
    *_of("dcgan_tf/variants/unrolled.py", "tests/test_variants.py",
        ("weight - self.step_size * one", "weight + self.step_size * one",
         "test_unrolling_follows_its_second_order_term[5]"),
        ("range(self.unroll_steps)", "range(1)", "test_unrolling_follows_its_second_order_term[5]"),
        ("if not self.through_steps:", "if False:",
         "test_a_discriminator_followed_but_not_differentiated_through_loses_the_second_order_term"),
        ("if not self.through_steps:", "if True:", "test_unrolling_follows_its_second_order_term[1]"),
        ("if unroll_steps < 0 or step_size < 0:", "if unroll_steps < 0:",
         "test_an_unrolled_gan_looks_ahead[settings1]"),
    ),
    *_of("dcgan_tf/lessons/your_turn.py", "tests/test_lessons_your_turn.py",
        ("SEEDS = range(5)", "SEEDS = range(1)", "test_a_slip_that_some_numbers_hide_is_found"),
        ("if found.shape != expected.shape:", "if False:", "test_what_is_wrong_is_said_and_the_lesson_goes_on"),
        ("tolerance = 1e-4 if", "tolerance = 1e-9 if", "test_what_is_right_is_kept_in_whatever_style"),
        ("    print(\"right\")\n    return written", "    print(\"right\")\n    return solution",
         "test_what_is_right_is_kept_in_whatever_style"),
    ),
    *_of("dcgan_tf/judges.py", "tests/test_judges.py",
        ("return shares[0] / shares[1]", "return shares[1] / shares[0]",
         "test_a_haircut_s_share_is_that_among_the_images_over_that_among_the_real_ones"),
        ("probabilities.shape[1]) / len(faces))", "probabilities.shape[1]) / 2000)",
         "test_a_haircut_s_share_is_that_among_the_images_over_that_among_the_real_ones"),
    ),
    # The exercises' checks, and how submissions are graded.
    *_of("dcgan_tf/lessons/answers.py", "tests/test_exercises.py", *[
        ('"float32": (1e-4, 1e-5)', '"float32": (1e-5, 1e-6)', "test_tolerances_follow_the_digits_that_came_back"),
        ('"float32": (1e-4, 1e-5)', '"float32": (1e-2, 1e-2)', "test_tolerances_follow_the_digits_that_came_back"),
        (" if atol else 0.0", "", "test_tolerances_follow_the_digits_that_came_back"),
        ('re.sub(r" at 0x[0-9a-fA-F]+", "", text)', "text", "test_what_is_of_another_kind_is_told_without_the_note"),
    ]),
    *_of("dcgan_tf/lessons/exercises.py", "tests/test_exercises.py", *[
        ("if self._graded else _SO_FAR", "if True else _SO_FAR",
         "test_the_decorator_leaves_the_question_and_no_other_name"),
        ("if len(lines) > 1 else", "if len(lines) > 9 else", "test_what_keeps_a_question_from_being_done_is_told"),
        ("if frame.f_globals is self._names and", "if", "test_an_error_is_told_with_its_line"),
    ]),
    *_of("dcgan_tf/lessons/limits.py", "tests/test_exercises.py", *[
        ("if peak > megabytes:", "if False:", "test_memory_can_be_limited"),
        ("sys.setprofile(look)", "sys.setprofile(None)", "test_what_an_answer_may_not_call_counts_by_what_is_called"),
        ("sys.setprofile(before)", "pass", "test_what_an_answer_may_not_call_counts_by_what_is_called"),
    ]),
    *_of("notebooks/exercises/grade.py", "tests/test_grading.py", *[
        ("not 0 <= mark <= points[name]", "mark < 0", "test_marks_that_cannot_be_are_refused"),
        ("mark is None and name in by_hand", "mark is None", "test_marks_that_cannot_be_are_refused"),
        ('tests.execute("VACUUM")', "pass", "test_the_copy_holds_the_tests_and_nobody"),
        ("grade.manual_score is None or changed", "grade.manual_score is None",
         "test_marks_by_hand_stay_when_it_is_graded_again"),
        ("if not path.resolve().is_relative_to(folder.resolve()) or not path", "if not path",
         "test_a_link_in_place_of_the_graded_notebook_is_not_followed"),
    ]),
    *_of("notebooks/exercises/check_submissions.py", "tests/test_grading.py", *[
        ('read_text("utf-8-sig")', 'read_text("utf-8")', "test_a_file_with_a_byte_order_mark_is_a_notebook"),
        ('address.sub("", text(one)).strip()', "text(one).strip()",
         "test_solutions_and_another_repository_give_no_alarm"),
    ]),
]  # fmt: skip
DRAWINGS = mutants_drawings.MUTANTS
MUTANTS = CORE + DRAWINGS


def broken(file, old, new):
    """The text of a file with the break in it.

    Raises:
        ValueError: the old text does not occur exactly once, or the new one is no Python.
    """
    text = (ROOT / file).read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{file}: {old!r} occurs {text.count(old)} times, not once")
    changed = text.replace(old, new)
    try:
        compile(changed, file, "exec")
    except SyntaxError as error:
        raise ValueError(f"{file}: with {new!r} it is no Python ({error})") from error
    return changed


def selects(test, node):
    """Whether the name of a test, or of a whole file of tests, means this node of pytest's."""
    return node == test or node.startswith((f"{test}[", f"{test}::"))


# A job: a process in its own copy, which is told what to do line by line.


def work():
    """Takes tasks from stdin, {"file", "text", "tests"}, and answers each on stdout with what pytest found."""
    import importlib

    # Nothing of `dcgan_tf`: each fork imports that anew, with the break in it.
    for name in ("tensorflow", "keras", "scipy.stats", "sklearn.neighbors", "sklearn.cluster", "matplotlib.pyplot",
                 "PIL.Image", "hypothesis.strategies", "IPython", "filelock", "pytest"):  # fmt: skip
        importlib.import_module(name)
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        task = json.loads(line)
        path = ROOT / task["file"] if task["file"] else None
        before = path.read_bytes() if path else None
        try:
            if path:
                path.write_text(task["text"], encoding="utf-8")
            found = _in_a_fork(task["tests"], stop=bool(path))
        finally:
            if path:
                path.write_bytes(before)
        print(json.dumps(found), file=answers, flush=True)


def _in_a_fork(tests, stop):
    """Runs tests: pytest's exit code, None if it took too long, and node → whether it passed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        pid = os.fork()
        if not pid:
            code = 99
            try:
                os.setsid()
                with open(os.devnull, "r+b") as nowhere:
                    for descriptor in (0, 1, 2):
                        os.dup2(nowhere.fileno(), descriptor)
                code = _pytest(tests, stop, report, Path(folder))
            finally:
                os._exit(code)
        end, status = time.monotonic() + (SECONDS if stop else 20 * SECONDS), None
        while status is None and time.monotonic() < end:
            done, status = os.waitpid(pid, os.WNOHANG)
            if not done:
                status = None
                time.sleep(0.02)
        if status is None:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return {"code": None, "passed": {}}
        passed = json.loads(report.read_text()) if report.exists() else {}
        return {"code": os.waitstatus_to_exitcode(status), "passed": passed}


def _pytest(tests, stop, report, folder):
    import pytest

    import dcgan_tf

    if not Path(dcgan_tf.__file__).is_relative_to(ROOT):
        return 98
    passed = {}

    class Note:
        @staticmethod
        def pytest_runtest_logreport(report):
            if report.when == "call" or report.failed:
                passed[report.nodeid] = passed.get(report.nodeid, True) and report.passed

    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--basetemp={folder / 'tmp'}"]
    code = pytest.main([*options, *(["-x"] if stop else []), *tests], plugins=[Note])
    report.write_text(json.dumps(passed))
    return int(code)


class Job:
    """A process that works in a copy of the repository."""

    def __init__(self, folder):
        leave = shutil.ignore_patterns(".*", "__pycache__", "runs", "dist", "build", "*.egg-info")
        shutil.copytree(ROOT, folder, ignore=leave)
        path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "MPLBACKEND": "agg", "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen(
            [sys.executable, folder / "tests" / "mutants.py", "--work"], cwd=folder, text=True,
            env=os.environ | quiet | {"PYTHONPATH": path},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def run(self, tests, file=None, text=None):
        print(json.dumps({"file": file, "text": text, "tests": tests}), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a job has died while it ran {' '.join(tests)}")
        return json.loads(answer)


def shared_out(tasks, jobs, do):
    """Calls do(job, task) for each task, a thread a job."""
    todo, errors = queue.SimpleQueue(), []
    for task in tasks:
        todo.put(task)

    def take(job):
        try:
            while not errors:
                do(job, todo.get_nowait())
        except queue.Empty:
            pass
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=take, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", default="", metavar="WORD", help="those with this word in a file, a text or a test")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.work:
        return work()
    chosen = [mutant for mutant in MUTANTS if any(args.only in part for part in mutant)]
    if not chosen:
        parser.error(f"no mutant has {args.only!r} in it")
    texts = [broken(*mutant[:3]) for mutant in chosen]
    began, passed, survive, unjudged = time.monotonic(), {}, [], []

    def baseline(job, tests):
        start, found = time.monotonic(), job.run(tests)["passed"]
        passed.update(found)
        file, seconds = tests[0].split("::")[0], time.monotonic() - start
        print(f"{len(found):4} tests of {file} without a break: {seconds:.0f} s", flush=True)

    def judge(job, number):
        (file, old, new, test), start = chosen[number], time.monotonic()
        code = job.run([test], file, texts[number])["code"]
        verdict = {0: "SURVIVES", 1: "killed"}.get(code, f"NOT JUDGED, {code}")
        line = f"{verdict:9} {time.monotonic() - start:4.0f} s  {file}: {_line(old)} → {_line(new)}  [{test}]"
        print(line, flush=True)
        if code != 1:
            (survive if code == 0 else unjudged).append(line)

    with tempfile.TemporaryDirectory() as folder:
        jobs = [Job(Path(folder).resolve() / str(i)) for i in range(min(args.jobs, len(chosen)))]
        try:
            files = {}
            for test in sorted({test for *_, test in chosen}):
                files.setdefault(test.split("::")[0], []).append(test)
            shared_out(files.values(), jobs, baseline)
            tests = {test for *_, test in chosen}
            seen = {test: [ok for node, ok in passed.items() if selects(test, node)] for test in tests}
            if wrong := sorted(test for test, nodes in seen.items() if not nodes or not all(nodes)):
                print("these do not pass without a break, or are not there:", *wrong, sep="\n  ")
                return 1
            print(f"{len(tests)} tests pass without a break, after {time.monotonic() - began:.0f} s", flush=True)
            shared_out(range(len(chosen)), jobs, judge)
        finally:
            for job in jobs:
                job.process.stdin.close()
                job.process.wait()
    print(f"\n{len(chosen)} mutants in {time.monotonic() - began:.0f} s: ", end="")
    if not survive and not unjudged:
        print("no survivor")
        return 0
    print(f"{len(survive)} survive, {len(unjudged)} could not be judged", *survive, *unjudged, sep="\n")
    return 1


def _line(text):
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}…"


if __name__ == "__main__":
    sys.exit(main())
