# Everything a newcomer and CI need. `make` alone shows this list.
# uv is taken from the PATH, or installed into .uv/ by pip when it is missing.

SHELL := /bin/sh
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
BIN := .venv/bin
# One more than the two cores of a small machine: a test that waits for a process leaves its core to another.
TEST_PROCESSES ?= 3
export UV_PYTHON_DOWNLOADS := never
# Compiled modules are kept, whatever the caller says: otherwise each of some hundred processes
# compiles Airflow and spaCy again, which takes half of all processor time.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-fast test-system compose-test lint format types sql-lint docs docs-check eval bench chaos release audit train train-text registry clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

.uv/bin/uv:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Dateline needs Python 3.11 or newer, {sys.executable} is {v.major}.{v.minor}. Install a newer one, or name it: make PYTHON=python3.12 …")'
	@echo "uv is not on the PATH: installing it into .uv/"
	@$(PYTHON) -m venv .uv || { rm -rf .uv; echo "Python's venv module is missing: install it (Debian: apt install python3-venv), or install uv."; exit 3; }
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv

setup: $(filter .uv/bin/uv,$(UV)) ## make the environment (.venv) from uv.lock
	@"$(UV)" sync --locked --quiet --extra airflow --extra s3

demo: setup ## the whole way on the bundled news site: Airflow, Postgres, result tables
	@$(BIN)/dateline demo

up: setup ## Airflow on your own sources (folder sources/)
	@$(BIN)/dateline up

# The tests of a file stay in one process, which has a Postgres server of its own.
test: setup ## the tests, from nothing, in a new order each time
	@"$(UV)" sync --locked --quiet --extra airflow --extra s3 --extra metrics
	@$(BIN)/pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder -m "not system"

test-fast: setup ## a minute of tests: no Postgres, no Airflow, no measuring data
	@$(BIN)/pytest -q -n $(TEST_PROCESSES) --hypothesis-profile=fast -m "not postgres and \
		not airflow and not browser and not data and not slow and not clock and not system"

test-system: setup ## what takes whole installations, a browser and up to an hour
	@"$(UV)" sync --locked --quiet --extra airflow --extra s3 --extra celery --extra metrics
	@$(BIN)/pytest -m system
	@$(MAKE) --no-print-directory chaos

# Builds the image and runs every service; skipped where no Docker engine answers.
compose-test: setup ## bring docker-compose.yml up, ingest the demo, restore a backup, scale workers
	@"$(UV)" sync --locked --quiet --extra airflow --extra s3 --extra celery --extra metrics
	@$(BIN)/pytest -m system tests/installation/test_compose_up.py

lint: setup ## style, types, SQL and generated docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/ruff check dags --select AIR --preview
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar sql
	@$(BIN)/squawk --config .squawk.toml sql/migrations/*.sql
	@$(MAKE) --no-print-directory docs-check

format: setup ## put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: setup ## regenerate the generated parts of README.md and docs/, the contracts of the marts, and dbt/
	@$(BIN)/python docs/contracts.py
	@$(BIN)/python docs/dbt_package.py
	@$(BIN)/cog -r README.md docs/*.md

docs-check: setup
	@$(BIN)/cog --check README.md docs/*.md

# The peers (newspaper4k, readability-lxml, Scrapy, textacy, en_core_web_sm) are needed by nothing else,
# so only eval and bench install them. eval trains models of folds where train-text has left none.
eval: $(filter .uv/bin/uv,$(UV)) ## accuracy on ../shared/data, beside peers, in one run
	@"$(UV)" sync --locked --quiet --extra airflow --extra s3 --group peers --group train-text
	@$(BIN)/python -m benchmarks.eval

bench: $(filter .uv/bin/uv,$(UV)) ## speed, as ratios within one run
	@"$(UV)" sync --locked --quiet --extra airflow --group peers
	@$(BIN)/python -m benchmarks.bench

chaos: setup ## kill, stop, fill and cut everything that runs; nothing may be lost
	@$(BIN)/python -m benchmarks.robustness.chaos_load
	@$(BIN)/python -m tests.chaos
	@$(BIN)/python -m tests.chaos --faults clock

release: $(filter .uv/bin/uv,$(UV)) ## the files of a release in dist/, from the tag on this commit
	@"$(UV)" sync --locked --quiet --all-extras --group release
	@$(BIN)/python -m deploy.release "$(UV)"

# Asks a database of known faults on the internet about each package of the lock.
audit: $(filter .uv/bin/uv,$(UV)) ## known faults of the packages in uv.lock
	@"$(UV)" sync --locked --quiet --inexact --group release
	@"$(UV)" export --quiet --locked --no-dev --all-extras --no-emit-project --output-file .uv-audit.txt
	@$(BIN)/python -m deploy.audit .uv-audit.txt; rc=$$?; rm -f .uv-audit.txt; exit $$rc

train: setup ## train the language model again from ../shared/data (hours)
	@sh training/train.sh

train-text: $(filter .uv/bin/uv,$(UV)) ## train the small models of the extraction again (minutes)
	@"$(UV)" sync --locked --quiet --extra airflow --extra s3 --group train-text
	@$(BIN)/python -m training.text.article_end
	@$(BIN)/python -m training.text.page_kind

registry: setup ## write sources/registry/ again from the list in ../shared/data
	@$(BIN)/python sources/make_registry.py

clean: ## stop what runs and remove everything Dateline made here
	@if [ -x .venv/bin/dateline ]; then .venv/bin/dateline down --remove || true; fi
	@rm -rf .venv .uv .dateline .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
