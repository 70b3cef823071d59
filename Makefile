# What a person types often. `make` alone explains itself.
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= auto
STAMP := .venv/.installed
COMPILE = $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
	--no-emit-trusted-host --no-emit-find-links --no-header
LIVE_WITHIN ?= 600# seconds for test-live, installing included

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-live faults check bench lock audit fmt

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## a virtual environment with everything, pinned by hash

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=python3.12, say")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup ## the whole line on invented tickets, in the browser; DEMO="--once" ends by itself
	$(BIN)/countersign demo $(DEMO)

test: setup ## all tests; TESTS="tests/store -k takeover" for some of them
	$(BIN)/pytest -n $(JOBS) --dist loadfile $(TESTS)

faults: setup ## all of the fault suite, about 50 minutes; ends with its table
	COUNTERSIGN_FAULTS=whole $(BIN)/pytest -rsfE tests/faults $(TESTS)

check: setup ## format, lint, types, import rules, dead code, policies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	! $(BIN)/vulture | grep -v -e 'unused variable' -e 'unused attribute'  # fields of rows and of contracts are read elsewhere
	$(BIN)/countersign policy check policies
	$(BIN)/countersign policy test policies

bench: setup ## measurements, each against a floor in the same run
	$(BIN)/python -m bench

lock: setup ## write both locks anew, with hashes and without addresses: of everything, and of what the image holds
	$(COMPILE) --extra dev --extra embedded --extra otel --output-file requirements.lock pyproject.toml
	cp requirements.lock requirements.image.lock  # the same versions, as far as they are needed there
	$(COMPILE) --extra otel --build-deps-for wheel --output-file requirements.image.lock pyproject.toml

audit: setup ## known holes in what requirements.lock pins; fails where it cannot ask
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.lock

fmt: setup ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test-live: setup ## a real Request Tracker, installed with apt-get and started here; skipped where that cannot be
	COUNTERSIGN_LIVE=1 timeout --signal=INT --kill-after=30 $(LIVE_WITHIN) $(BIN)/pytest -rsfE tests/live
