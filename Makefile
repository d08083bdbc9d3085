PYTHON ?= python3
BIN := .venv/bin
BACKENDS := tensorflow jax torch
PIP := $(BIN)/python -m pip install -q -c constraints.txt

.PHONY: help demo test lint docs clean $(BACKENDS:%=test-%)

help:
	@echo "make demo   train on bundled digits and draw new ones (installs TensorFlow only)"
	@echo "make test   lint, build the docs, run the tests on all three backends"
	@echo "make test-jax, test-tensorflow, test-torch   the tests on one of them"
	@echo "make lint   ruff"
	@echo "make docs   build the site into site/"
	@echo "make clean  remove .venv and what was built"

# Two environments in one folder: the small one is enough to run, the large one to develop.
.venv/.installed-demo: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --upgrade pip
	$(PIP) -e ".[tensorflow]"
	touch $@

# Python compiles what is imported; to compile all that is installed would take a minute or two.
.venv/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --upgrade pip
	$(PIP) --no-compile -e ".[tensorflow,jax,torch,datasets,docs,dev]"
	touch $@ .venv/.installed-demo

demo: .venv/.installed-demo
	$(BIN)/keras-regen demo --backend tensorflow

lint: .venv/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

docs: .venv/.installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# Tests compile much and run little: on JAX, XLA's own optimization takes most of their time, and
# what was compiled once is kept.
test-%: export XLA_FLAGS := --xla_backend_optimization_level=0 \
  --xla_llvm_disable_expensive_passes=true --xla_cpu_use_fusion_emitters=false \
  --xla_cpu_parallel_codegen_split_count=1
test-%: export JAX_COMPILATION_CACHE_DIR := $(CURDIR)/.venv/jax-cache
test-%: export JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS := 0
test-%: export JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES := -1
# Three processes on two cores, for some wait for others that they start: more threads than one in
# each would wait for one another.
test-%: export OMP_NUM_THREADS := 1
test-%: export TF_CPP_MIN_LOG_LEVEL := 3

# The longest files first, so that no process is left with one at the end.
LONGEST := tests/models/ $(wildcard tests/test_*.py)
TESTS := $(LONGEST) $(filter-out $(LONGEST),$(wildcard tests/[a-z]*/))
# What no backend sees, and the examples of docstrings, are run on one: where they take the least
# time.
test-%: PART := -m "not any_backend" $(TESTS)
test-torch: PART := $(TESTS) keras_regen

$(BACKENDS:%=test-%): test-%: .venv/.installed
	KERAS_BACKEND=$* $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(PART)

test: lint docs $(BACKENDS:%=test-%)

clean:
	rm -rf .venv site build dist .pytest_cache .ruff_cache .hypothesis
