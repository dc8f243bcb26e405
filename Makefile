# The targets install what is missing first. Without make, `scripts/setup` installs that too.
.DEFAULT_GOAL := help
.PHONY: help setup demo down test test-note test-fast test-fast-note soak check bench
PY := .venv/bin/python
unexport PYTHONDONTWRITEBYTECODE # hundreds of processes start here; each would compile this project again

help: ## show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## install what is missing: system packages, .venv with locked versions
	@bash scripts/setup

demo: setup ## run the demo on local servers under a real Airflow (KEEP=1 keeps it running; DEMO_SCALE=0.1 is smaller)
	@$(PY) -m demo run $(if $(KEEP),--keep)

down: ## stop what `make demo KEEP=1` left running
	@$(PY) -m demo down

test: test-note setup ## run the whole suite on local servers: about 40 minutes on 2 cores (PYTEST_ARGS="tests/unit" selects)
	@$(PY) -m pytest $(PYTEST_ARGS)

test-fast: test-fast-note setup ## run unit and property tests and each step on one MySQL or MariaDB: under 4 minutes
	@flavor=$$($(PY) -c 'from devstack import mysql; print(mysql.preferred()[0])') && \
		MYSQL_FLAVOR=$$flavor $(PY) -m pytest -m fast $(PYTEST_ARGS)

test-note:
ifeq ($(strip $(PYTEST_ARGS)),)
	@echo "Running the whole suite on local servers: about 40 minutes on 2 cores."
	@echo "'make test-fast' takes under 4 minutes: unit and property tests, and each step on one MySQL or MariaDB."
else
	@echo "Running pytest $(PYTEST_ARGS); the whole suite (no PYTEST_ARGS) takes about 40 minutes on 2 cores."
endif

test-fast-note:
	@echo "Running unit and property tests, and each step on one MySQL or MariaDB: under 4 minutes on 2 cores."
	@echo "'make test' runs the whole suite in about 40 minutes."

soak: setup ## run thousands of fault schedules (FAULT_SEED and FAULT_SCHEDULES select others)
	@FAULT_SCHEDULES=$${FAULT_SCHEDULES:-3000} FAULT_SEED=$${FAULT_SEED:-$$(date +%s)} $(PY) -m pytest tests/faults -s

check: setup ## run ruff format and lint, mypy --strict and the import contracts
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

bench: setup ## run the benchmarks; each figure is a ratio within one run
	@$(PY) -m benchmarks
