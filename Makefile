PYTHON ?= python3
BIN := .venv/bin
BACKENDS := tensorflow jax torch

.PHONY: test lint
.venv/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --upgrade pip
	$(BIN)/python -m pip install -q -c constraints.txt -e ".[tensorflow,jax,torch,datasets,dev]"
	touch $@

lint: .venv/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

test: lint
	@set -e; for backend in $(BACKENDS); do \
	  echo "== $$backend"; \
	  KERAS_BACKEND=$$backend TF_CPP_MIN_LOG_LEVEL=2 $(BIN)/python -m pytest -n 2; \
	done
