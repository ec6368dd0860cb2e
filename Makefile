# Everything a person or CI runs. The first target is what a newcomer wants.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Torch comes first, by version: its builds differ (CPU, CUDA), so it can't be pinned by hash. To avoid a CUDA build
# of several GB, set TORCH_INDEX_URL to PyTorch's CPU index (see README).
TORCH ?= torch==2.13.0
TORCH_INDEX_URL ?=
PIP := $(BIN)/python -m pip install --disable-pip-version-check --progress-bar on

.PHONY: run install dev test check gates faults security licences audit bench bench-train lock clean

run: $(VENV)/.installed  ## from a fresh clone to the served demo
	@$(BIN)/python -m ingestion demo
	@DEMO=true ALLOWED_ORIGINS="$${ALLOWED_ORIGINS:-http://127.0.0.1:$${PORT:-8000}}" exec $(BIN)/python -m chatbot serve

install: $(VENV)/.installed
dev: $(VENV)/.dev

$(VENV)/.torch:
	@echo "[1/3] Python environment in $(VENV) and $(TORCH) (the largest download)"
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "Python 3.11 to 3.13 is needed; set PYTHON=python3.12, say")'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) $(if $(TORCH_INDEX_URL),--index-url $(TORCH_INDEX_URL)) '$(TORCH)'
	@touch $@

$(VENV)/.installed: $(VENV)/.torch requirements.lock pyproject.toml
	@echo "[2/3] Everything else, pinned by hash in requirements.lock"
	@$(PIP) --no-deps --require-hashes -r requirements.lock
	@echo "[3/3] This project"
	@$(PIP) -q --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed requirements-dev.lock
	@$(PIP) --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

check: $(VENV)/.dev  ## lint, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test: check  ## everything CI runs
	@$(BIN)/python -m pytest -m "not slow"

gates: $(VENV)/.dev  ## a table: each gate on training data beside the broken set that it refuses
	@$(BIN)/python -m tests.finetune.gates

faults: $(VENV)/.dev  ## the whole fault harness
	@FAULTS=whole $(BIN)/python -m pytest tests/faults

security: $(VENV)/.dev licences audit  ## the whole security suite: doors, roles, fuzz, payloads, poison, canary, privacy
	@SECURITY=whole $(BIN)/python -m pytest -m "slow or not slow" --timeout 900 tests/security tests/evals/test_privacy.py \
		tests/chatbot/test_masking.py tests/chatbot/test_masking_numbers.py tests/chatbot/test_sealing.py \
		tests/chatbot/test_erasure.py tests/chatbot/test_injection.py tests/browser/test_payloads.py tests/browser/test_markup.py

licences: $(VENV)/.dev  ## the licence of everything the lock installs, held to a list
	@$(BIN)/python -m tests.security.licences

audit: $(VENV)/.dev  ## known vulnerabilities of what the lock pins, where ADVISORIES names a database
	@$(BIN)/python -m tests.security.advisories

bench: $(VENV)/.installed  ## the speed figures, as ratios measured in one run, to bench.json and bench.html
	@$(BIN)/python -m evals bench --to bench.json

bench-train: $(VENV)/.dev  ## our training loop beside TRL's, with its defaults
	@$(BIN)/python -m finetune bench

lock: $(VENV)/.dev  ## pin anew what pyproject.toml asks for
	@printf '%s\n' '$(TORCH)' > $(VENV)/torch.txt
	@$(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --unsafe-package torch --constraint $(VENV)/torch.txt --output-file requirements.lock pyproject.toml
	@$(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --unsafe-package torch --constraint $(VENV)/torch.txt --constraint requirements.lock --extra dev --extra train --output-file requirements-dev.lock pyproject.toml

clean:
	@rm -rf $(VENV) build *.egg-info
