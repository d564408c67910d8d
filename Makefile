# make demo: digits drawn by a GAN trained on this machine. make test: everything that CI checks.
# Another Python: make PYTHON=python3.13 test

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(if $(shell command -v $(name)),$(name))))
VENV := .venv
BIN := $(VENV)/bin
NOTEBOOKS := $(sort $(wildcard notebooks/*.ipynb))
# The oldest Keras allowed, beside the installed one, for the tests that must hold on both.
OLDEST_KERAS := $(VENV)/keras-oldest

.PHONY: demo test install lint lessons clean

demo: install
	$(BIN)/python -m dcgan_tf train --data mnist-sample --recipe lean --out runs/demo --resume
	$(BIN)/python -m dcgan_tf evaluate runs/demo

test: install lint $(OLDEST_KERAS)/.installed
	$(BIN)/python -m pytest
	$(BIN)/python -m pytest --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg --durations=0 $(NOTEBOOKS)

lint: install
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check

# Runs every notebook from top to bottom and keeps what it prints.
lessons: install
	$(BIN)/python -m nbconvert --to notebook --execute --inplace \
		--ExecutePreprocessor.record_timing=False \
		--ExecutePreprocessor.extra_arguments="--IPKernelApp.capture_fd_output=False" $(NOTEBOOKS)

install: $(VENV)/.installed

$(VENV)/.installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -r requirements.txt
	touch $@

$(OLDEST_KERAS)/.installed: $(VENV)/.installed
	$(BIN)/python -m pip install --no-deps --upgrade --target $(OLDEST_KERAS) keras==3.13.2
	touch $@

clean:
	rm -rf $(VENV) runs dist build
