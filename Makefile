# One virtual environment, made on first use and again when the pins change.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check format bench bench-peers properties clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "perplab needs Python 3.11 or later; set PYTHON=/path/to/it")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: $(READY)  ## replay a generated flash crash with several accounts, then verify the log
	$(BIN)/perplab demo

test: $(READY)  ## every test, with the smaller number of generated scenarios
	$(BIN)/python -m pytest

check: $(READY)  ## lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_architecture.py -n 0

properties: $(READY)  ## over 2,000 generated runs: skipping equals every tick, the audit confirms
	PERPLAB_SCENARIOS=2000 $(BIN)/python -m pytest tests/test_skipping.py tests/test_hovering.py tests/agents/test_skipping_agents.py tests/agents/test_zones.py tests/audit

bench: $(READY)  ## ours alone, each part beside its floor; figures and a plot of growth in build/bench
	mkdir -p build/bench
	$(BIN)/python benchmarks/replay_loop.py
	$(BIN)/python benchmarks/replay_loop.py --growth --json build/bench/ticks.json
	$(BIN)/python benchmarks/agent_loops.py
	$(BIN)/python benchmarks/cross_worst_case.py
	$(BIN)/python benchmarks/cold_and_whole.py --json build/bench/whole.json
	$(BIN)/python benchmarks/journal_rates.py --sizes 10000 100000 300000 --rounds 3 --json build/bench/events.json
	$(BIN)/python benchmarks/account_scale.py --accounts 1000 10000 100000 1000000 --json build/bench/accounts.json
	$(BIN)/python benchmarks/sweep_rate.py
	$(BIN)/python benchmarks/audit_thousand.py
	$(BIN)/python benchmarks/plots.py build/bench/growth.png build/bench/ticks.json:ticks build/bench/accounts.json:accounts build/bench/events.json:records:crowd

bench-peers: $(READY)  ## beside other programs, which it installs: one tape, one task, every answer checked
	$(BIN)/python benchmarks/beside_peers.py
	$(BIN)/python benchmarks/account_scale.py --accounts 1000 10000 100000 --rows 100000 --lrvx

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis demo
