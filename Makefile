# Everything a person does with a checkout. `make help` lists it.
# The first Python in PATH that was built to be fast; where all are slow, the first.
find_python = $(shell echo "$$PATH" | tr : '\n' | while read -r folder; do \
	for python in "$$folder"/python3 "$$folder"/python3.1[1-4]; do "$$python" -P src/tidings/cli/interpreter.py 2>/dev/null; done; \
	done | sort -s -n -k 1,1 | head -n 1 | cut -d ' ' -f 2-)
PYTHON ?= $(eval PYTHON := $(find_python))$(PYTHON)
BIN := .venv/bin
LOCK := .venv/requirements.lock

.DEFAULT_GOAL := help
.PHONY: help setup run demo lint check test bench goldens

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1\t\2/' | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-9s %s\n' "$$name" "$$text"; done

setup:  ## make .venv as requirements.lock says; nothing when it is up to date
	@cmp -s requirements.lock $(LOCK) || $(MAKE) --no-print-directory .venv-from-lock

.PHONY: .venv-from-lock
.venv-from-lock:
	@test -x $(BIN)/python || test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed; on Debian: apt install \
	python3-venv. Another one: make setup PYTHON=..." >&2; exit 1; }
	@echo "Installing what requirements.lock names into .venv" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --progress-bar off --no-compile \
		--no-deps --require-hashes --prefer-binary -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q -j 0 $(BIN)/../lib/python3*/site-packages >/dev/null 2>&1 || true
	@cp requirements.lock $(LOCK)

run: setup  ## start Tidings with its own PostgreSQL and a simulated carrier, in .home
	@$(BIN)/tidings up --home .home

demo: setup  ## send 5,000 messages through a throw-away home and report what became of them
	@$(BIN)/tidings demo

lint: setup  ## format, lint, types and layers
	@$(BIN)/ruff format --check --quiet . || { echo "Mend with: $(BIN)/ruff format ." >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/mypy --no-error-summary $(patsubst bench/%.py,-m %,$(wildcard bench/*.py))
	@$(BIN)/lint-imports --no-logo >.venv/layers.txt 2>&1 || { cat .venv/layers.txt; exit 1; }

check: lint  ## lint, house and unit tests: what to run before a commit, under a minute
	@$(BIN)/python -m pytest -n 2 -m "house or not (served or slow or alone)"

test: lint  ## every test: three at a time, since many of them wait, then alone those that measure time
	@$(BIN)/python -m pytest -n 3 -m "not alone"
	@$(BIN)/python -m pytest -m alone

bench: setup  ## every benchmark, as JSON lines
	@$(BIN)/tidings bench --json

goldens: setup  ## rewrite the expected answers and generated pages; review the diff
	@$(BIN)/python docs/generate.py
	@REWRITE_GOLDENS=1 $(BIN)/python -m pytest -n 0 tests/house tests/spec
