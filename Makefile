# Two commands for everybody: `make demo` and `make test`. Each does all its set-up first.
.DEFAULT_GOAL := help
.PHONY: help setup demo down test soak check bench
PY := .venv/bin/python
unexport PYTHONDONTWRITEBYTECODE # hundreds of processes are started here, and each would compile this project anew

help: ## show the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: ## install what is missing: system packages, .venv with locked versions
	@bash scripts/setup

demo: setup ## run the whole story on local servers under a real Airflow (KEEP=1 leaves it up; DEMO_SCALE=0.1 is smaller)
	@$(PY) -m demo run $(if $(KEEP),--keep)

down: ## end what `make demo KEEP=1` left up
	@$(PY) -m demo down

test: setup ## run the whole suite on local servers
	@$(PY) -m pytest $(PYTEST_ARGS)

soak: setup ## thousands of fault schedules; FAULT_SEED and FAULT_SCHEDULES choose others
	@FAULT_SCHEDULES=$${FAULT_SCHEDULES:-3000} FAULT_SEED=$${FAULT_SEED:-$$(date +%s)} $(PY) -m pytest tests/faults -s

check: setup ## ruff format and lint, mypy --strict, import contracts
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

bench: setup ## run the benchmarks; figures are ratios within one run
	@$(PY) -m benchmarks
