# make demo: digits drawn by a GAN trained on this machine. make test: everything that CI checks.
# Another Python: make PYTHON=python3.13 test

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(if $(shell command -v $(name)),$(name))))
VENV := .venv
BIN := $(VENV)/bin
LESSONS := $(sort $(wildcard notebooks/*.ipynb))
RELEASES := $(sort $(wildcard notebooks/exercises/release/*/*.ipynb))
# What test and lessons run; fewer: make lessons NOTEBOOKS=notebooks/quickstart.ipynb
NOTEBOOKS := $(LESSONS) $(sort $(wildcard notebooks/exercises/source/*/*.ipynb))
# Each file of tests and each notebook stays in one process: networks this small don't keep two cores busy.
TWO_AT_A_TIME := -n 2 --dist loadscope
# The oldest Keras allowed, beside the installed one, for the tests that must hold on both.
OLDEST_KERAS := $(VENV)/keras-oldest

.PHONY: demo test install lint lessons colab colab-check exercises clean

demo: install
	$(BIN)/python -m dcgan_tf train --data mnist-sample --recipe lean --out runs/demo --resume
	$(BIN)/python -m dcgan_tf evaluate runs/demo

test: install lint $(OLDEST_KERAS)/.installed
	$(BIN)/python -m pytest $(TWO_AT_A_TIME)
	$(BIN)/python -m pytest $(TWO_AT_A_TIME) -p tools.notebook_seconds \
		--nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg $(NOTEBOOKS)

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
colab-check: NOTEBOOKS = $(LESSONS) $(RELEASES)
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
