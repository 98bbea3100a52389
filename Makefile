# The only tools needed beforehand: Python >= 3.11, make, and a package index that pip reaches.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; exit 0; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCKED := $(PIP) install --quiet --require-hashes

.DEFAULT_GOAL := help
.PHONY: help venv demo clean-data test test-kafka check lint types imports kafka bench docs compile

help: ## show this list
	@grep -E '^[a-z-]+:.*##' Makefile | awk -F ':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

# What running needs; a re-run costs nothing until the requirements change.
.venv/installed: requirements/build.txt requirements/base.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更高版本。 Python 3.11 or newer is needed: install it, or name it with make PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本。 $(PYTHON) is older than Python 3.11." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "无法创建虚拟环境。 No virtual environment could be made: does this Python have the venv module (python3-venv)?" >&2; exit 1; }
	@echo "安装依赖 installing pinned packages ..."
	@$(LOCKED) -r requirements/build.txt
	@$(LOCKED) -r requirements/base.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@touch $@

# What tests and checks need on top.
.venv/installed-dev: requirements/dev.txt .venv/installed
	@$(LOCKED) -r requirements/dev.txt
	@touch $@

venv: .venv/installed .venv/installed-dev ## create or refresh the environment

demo: .venv/installed ## run everything and load nmg-2014; ONCE=1 ends after the table
	@exec $(BIN)/campaign up --scenario nmg-2014 $(if $(ONCE),--once)

clean-data: ## forget the embedded servers' data
	@if test -x $(BIN)/python; then $(BIN)/python -m deploy.clean; else rm -rf .data; fi

# A process a core: modules are dealt out whole (tests/conftest.py).
test: venv ## every test that needs no Java
	@$(BIN)/python -m pytest -n logical --maxprocesses=4 --dist=loadscope $(ARGS)

test-kafka: venv ## the broker tests on a native Apache Kafka (Java 17 and Maven)
	@$(BIN)/python -m deploy.kafka run -- $(BIN)/python -m pytest -m "kafka or kafka_real" $(ARGS)

kafka: venv ## a native Apache Kafka until Ctrl-C
	@exec $(BIN)/python -m deploy.kafka up

check: lint types imports test ## everything a change must pass

lint: venv ## ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: venv ## mypy, strict
	@$(BIN)/mypy

imports: venv ## who may import whom
	@$(BIN)/lint-imports

bench: venv ## measure, print a table, write bench.json
	@$(BIN)/python -m tests.bench $(ARGS)

docs: venv ## regenerate docs/events.md and the schemas
	@$(BIN)/python -m deploy.docs

compile: venv ## choose newest versions and pin them again
	@$(BIN)/python requirements/compile.py
