# make demo trains a GAN on this machine and says how good its digits are.
# make quick checks the style and runs the fast tests, in two minutes on two cores: run it after each change.
# make test runs everything that CI checks: the style, all tests and all notebooks.
# make mutants breaks the library in many places, one after the other, and says which breaks no test notices.
# Each of them makes the environment .venv the first time. Another Python: make PYTHON=python3.13 test

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(if $(shell command -v $(name)),$(name))))
VENV := .venv
BIN := $(VENV)/bin
LESSONS := $(sort $(wildcard notebooks/*.ipynb notebooks/deeper/*.ipynb))
RELEASES := $(sort $(wildcard notebooks/exercises/release/*/*.ipynb))
# What test and lessons run; fewer: make lessons NOTEBOOKS=notebooks/quickstart.ipynb
NOTEBOOKS := $(LESSONS) $(sort $(wildcard notebooks/exercises/source/*/*.ipynb))
# Each file of tests and each notebook stays in one process: networks this small don't keep two cores busy.
TWO_AT_A_TIME := -n 2 --dist loadscope
# The oldest Keras allowed, beside the installed one, for the tests that must hold on both.
OLDEST_KERAS := $(VENV)/keras-oldest

# The parts of the weekly job in Colab's versions, none of which may take an hour; every notebook is in one of them.
COLAB_first := $(filter notebooks/quickstart.ipynb $(foreach number,00 01 02 03 04 05,notebooks/$(number)_%),$(LESSONS))
COLAB_second := $(filter-out $(COLAB_first),$(LESSONS))
COLAB_exercises := $(RELEASES)

.PHONY: demo quick test mutants install lint lessons colab colab-check exercises clean

demo: install
	$(BIN)/python -m dcgan_tf train --data mnist-sample --recipe lean --out runs/demo --resume
	$(BIN)/python -m dcgan_tf evaluate runs/demo

test: install lint $(OLDEST_KERAS)/.installed
	$(BIN)/python -m pytest $(TWO_AT_A_TIME)
	$(BIN)/python -m pytest $(TWO_AT_A_TIME) -p tools.notebook_seconds \
		--nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg $(NOTEBOOKS)

# Without the tests marked as slow, and without the notebooks.
quick: install lint
	$(BIN)/python -m pytest $(TWO_AT_A_TIME) -m "not slow"

# Not part of make test: it takes long. It fails if a break survives.
mutants: install
	$(BIN)/python tests/mutants.py

lint: install
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check

# Runs every lesson and every exercise with its solutions from top to bottom and keeps what it prints: what a cell prints
# in pieces is joined, for the pieces differ at each run; the README's gallery is taken from the lessons.
lessons: install
	$(BIN)/python -m nbconvert --to notebook --execute --inplace \
		--ExecutePreprocessor.record_timing=False \
		--ExecutePreprocessor.extra_arguments="--IPKernelApp.capture_fd_output=False" $(NOTEBOOKS)
	$(BIN)/python -m nbconvert --coalesce-streams --inplace $(NOTEBOOKS)
	$(BIN)/python tools/gallery.py

# Another repository or branch in every Colab badge and install line: make colab REPO=owner/name BRANCH=main
colab:
	@"$(PYTHON)" tools/colab.py "$$REPO" $${BRANCH:+"$$BRANCH"}

# Runs lessons and released exercises as Colab does, each alone, with Colab's versions (in .venv-colab).
# A part of them: make colab-check PART=first, second or exercises.
colab-check: NOTEBOOKS = $(if $(PART),$(or $(COLAB_$(PART)),$(error there is no PART=$(PART))),$(LESSONS) $(RELEASES))
colab-check:
	"$(PYTHON)" tools/colab_check.py $(NOTEBOOKS)

# Writes the students' notebooks from the sources.
exercises: install
	cd notebooks/exercises && ../../$(BIN)/python -m nbgrader generate_assignment "*" --no-db --force

install: $(VENV)/.installed

$(VENV)/.installed: requirements.txt pyproject.toml
	"$(PYTHON)" -m venv $(VENV)
	$(BIN)/python -m pip install -r requirements.txt
	touch $@

$(OLDEST_KERAS)/.installed: $(VENV)/.installed
	$(BIN)/python -m pip install --no-deps --upgrade --target $(OLDEST_KERAS) keras==3.13.2
	touch $@

clean:
	rm -rf $(VENV) .venv-colab runs dist build
