# `make` alone lists the targets. On a fresh machine, Python 3.11+ with pip is enough.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo $(BIN)/uv)
STAMP := $(VENV)/.synced
# Most tests wait for runs of the real server: more workers than cores keep a machine busy.
WORKERS ?= 6
PARALLEL = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
SOURCES := packages tests examples tools benchmarks docs_src

.DEFAULT_GOAL := help
.PHONY: help setup quickstart test lint types unasync check bench docs build clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP)  ## Make .venv, install uv where the machine has none, install everything

$(STAMP): pyproject.toml $(wildcard packages/*/pyproject.toml)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@command -v uv >/dev/null 2>&1 || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@env -u VIRTUAL_ENV $(UV) sync --all-packages --all-extras --quiet
	@touch $@

quickstart: setup  ## Start the real server with the example graph, stream a run, stop the server
	@$(BIN)/python examples/quickstart/run.py

test: setup  ## Run every test, the real server included; WORKERS=n processes
	@$(BIN)/python -m pytest $(PARALLEL)

lint: setup  ## Ruff: lint and format, without changing anything
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup  ## mypy --strict over packages, tests, examples, tools
	@$(BIN)/mypy $(SOURCES)

unasync: setup  ## Regenerate the sync code from the async code
	@$(BIN)/python tools/unasync.py

check: setup lint types  ## What CI runs: lint, types, generated-code drift, packaging, every test
	@$(BIN)/python tools/unasync.py --check
	@$(BIN)/python -m pytest $(PARALLEL)

bench: setup  ## Side-by-side benchmarks against the official SDK
	@$(BIN)/python -m benchmarks

docs: setup  ## Check the pages: links, included examples, examples run
	@$(BIN)/python -m pytest tests/docs

build: setup  ## Build a wheel and an sdist of every package into dist/
	@$(UV) build --quiet --all-packages --out-dir dist

clean:  ## Remove everything that can be made again
	@rm -rf $(VENV) dist build uv.lock .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
