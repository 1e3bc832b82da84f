# The developer's commands. `make help` lists them. Everything installs what it needs into .venv and caches outside the checkout.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3.11
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TOOLS := $(VENV)/.tools
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-compile
LOCK := $(BIN)/uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-header --quiet
export PATH := $(CURDIR)/$(BIN):$(PATH)

$(READY): requirements.txt pyproject.toml
	@echo "Installing the locked packages into $(VENV) (once; half a minute)"
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed; set PYTHON=python3.12, say"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) --require-hashes -r requirements.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(TOOLS): $(READY) requirements-dev.txt
	@echo "Installing what developers need on top (once; a minute)"
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: help demo test test-fast test-cluster cluster-up cluster-down cluster-shell bench lint format docs lock clean

help:  ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

demo: $(READY)  ## the embedded workspace and cluster in a browser, on http://127.0.0.1:8700 (DEMO_PORT)
	@$(BIN)/watchkeeper demo $(ARGS)

test: $(TOOLS)  ## every test that this machine can run; ARGS go to pytest
	@$(BIN)/python -m tests.prepare browser cluster
	@$(BIN)/pytest --numprocesses 3 --dist loadgroup $(ARGS)

test-fast: $(TOOLS)  ## no root, no Go, no browser, under two minutes
	@$(BIN)/pytest -m "not cluster and not browser and not slow" $(ARGS)

test-cluster: $(TOOLS)  ## only what runs on a real Kubernetes, for example ARGS="-k oom"
	@$(BIN)/python -m tests.prepare cluster
	@$(BIN)/pytest -m cluster $(ARGS)

cluster-up: $(TOOLS)  ## start the test cluster and leave it running
	@$(BIN)/python -m tests.cluster up

cluster-down: $(TOOLS)  ## stop it; nothing of it stays
	@$(BIN)/python -m tests.cluster down

cluster-shell: $(TOOLS)  ## a shell in which kubectl talks to it
	@$(BIN)/python -m tests.cluster shell

bench: $(TOOLS)  ## speed and memory, as ratios within one run
	@$(BIN)/python -m tests.bench $(ARGS)

lint: $(TOOLS)  ## ruff, mypy --strict, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(TOOLS)  ## put the code into its usual form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(TOOLS)  ## write the generated pages and the pictures anew
	@$(BIN)/python docs/generate.py
	@$(BIN)/python -m tests.prepare browser
	@$(BIN)/python docs/pictures.py

lock: $(TOOLS)  ## write both requirements files anew from pyproject.toml
	@$(LOCK) --output-file requirements.txt
	@$(LOCK) --group dev --constraint requirements.txt --output-file requirements-dev.txt

clean:  ## remove what these commands made inside the checkout
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis demo-data
