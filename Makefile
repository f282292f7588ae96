# Everything a person does with a checkout. `make help` lists it.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
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
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; install it, or name it: make setup PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv is needed; on Debian: apt install python3-venv" >&2; exit 1; }
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
