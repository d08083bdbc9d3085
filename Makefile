PYTHON ?= python3
BIN := .venv/bin
TABLE ?= all
SCALE ?= quick
BACKENDS := tensorflow jax torch
PIP := $(BIN)/python -m pip install -q -c constraints.txt

.PHONY: help demo test test-gpu test-faults lint docs reproduce clean $(BACKENDS:%=test-%)

help:
	@echo "make demo   train on the bundled digits and generate images (installs TensorFlow only)"
	@echo "make test   lint, build the docs, run the tests on all three backends"
	@echo "make test-jax, make test-tensorflow, make test-torch   run the tests on a backend"
	@echo "make test-gpu GPU_PYTHON=python3   run the tests on a GPU, on JAX and PyTorch"
	@echo "make test-faults   kill runs and resume them, save on a backend and train on another, and"
	@echo "            call functions with many odd arguments (half an hour)"
	@echo "make lint   run ruff, and check the order of imports with import-linter"
	@echo "make docs   build the site into site/; any warning is an error"
	@echo "make reproduce TABLE=csae2-table3   train and measure the models of a paper's table,"
	@echo "            or of all tables without TABLE;"
	@echo "            SCALE=paper for the paper's setting, BACKEND=jax or torch for a backend;"
	@echo "            '.venv/bin/python -m reproduction --list' lists the tables"
	@echo "make clean  remove .venv, the site and caches"

# .venv has a small environment for `make demo`, or a large environment for development.
.venv/.installed-demo: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --upgrade pip
	$(PIP) -e ".[tensorflow]"
	touch $@

# --no-compile saves a minute or two: Python compiles a module when it is first imported.
.venv/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --upgrade pip
	$(PIP) --no-compile -e ".[tensorflow,jax,torch,datasets,cv,hub,explorer,cluster,docs,dev]"
	touch $@ .venv/.installed-demo

demo: .venv/.installed-demo
	$(BIN)/keras-regen demo --backend tensorflow

lint: .venv/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache --no-logo

# The gallery and the notebooks train small models. They train fastest on PyTorch.
docs: export KERAS_BACKEND := torch
docs: export ONEDNN_MAX_CPU_ISA := SSE41
docs: export TF_CPP_MIN_LOG_LEVEL := 3
docs: export PYTHONDONTWRITEBYTECODE :=
docs: .venv/.installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

reproduce: .venv/.installed
	$(BIN)/python -m reproduction $(TABLE) --scale $(SCALE) $(if $(BACKEND),--backend $(BACKEND))

# Compilation takes most of the time of the tests. On JAX, these flags turn off the optimizations of
# XLA, and the cache keeps compiled programs for the next run.
test-%: export XLA_FLAGS := --xla_backend_optimization_level=0 \
  --xla_llvm_disable_expensive_passes=true --xla_cpu_use_fusion_emitters=false \
  --xla_cpu_parallel_codegen_split_count=1
test-%: export JAX_COMPILATION_CACHE_DIR := $(CURDIR)/.venv/jax-cache
test-%: export JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS := 0
test-%: export JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES := -1
# Three processes on two cores, because some of them wait for subprocesses. More than one thread per
# process would slow the tests down.
test-%: export OMP_NUM_THREADS := 1
# Without compiled files, every process would compile TensorFlow again.
test-%: export PYTHONDONTWRITEBYTECODE :=
test-%: export TF_CPP_MIN_LOG_LEVEL := 3
# On processors with AVX2 and without AVX-512, convolutions of few channels in PyTorch 2.13 write
# outside of their memory. The instructions that oneDNN has for older processors do not.
test-torch: export ONEDNN_MAX_CPU_ISA := SSE41

# The longest files run first, so that the processes end at about the same time.
LONGEST := tests/models/ $(wildcard tests/test_*.py)
TESTS := $(LONGEST) $(filter-out $(LONGEST),$(wildcard tests/[a-z]*/))
# Tests that do not depend on the backend (marker `any_backend`) and the examples in docstrings run on
# PyTorch only, where they take the least time.
test-%: PART := -m "not any_backend" $(TESTS)
test-torch: PART := $(TESTS) keras_regen keras_regen_app reproduction

$(BACKENDS:%=test-%): test-%: .venv/.installed
	KERAS_BACKEND=$* $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(PART)

test: lint docs $(BACKENDS:%=test-%)

# On a machine with a GPU, with a Python that has the GPU build of JAX or PyTorch. The tests of
# values need full precision in matrix products, and those that compare to the bit need
# deterministic operations (tests/conftest.py).
GPU_PYTHON ?= python3
gpu-%: export NVIDIA_TF32_OVERRIDE := 0
gpu-%: export JAX_DEFAULT_MATMUL_PRECISION := highest
gpu-%: export XLA_PYTHON_CLIENT_PREALLOCATE := false
gpu-jax: export XLA_FLAGS := --xla_gpu_deterministic_ops=true
gpu-torch: export KERAS_REGEN_DETERMINISTIC := 1
gpu-%: export TF_CPP_MIN_LOG_LEVEL := 3
gpu-%:
	KERAS_BACKEND=$* $(GPU_PYTHON) -m pytest -n 4 --dist loadfile -m "not any_backend" $(TESTS)

test-gpu: gpu-jax gpu-torch

# Slow tests, which `make test` leaves out.
faults-%: export PYTHONDONTWRITEBYTECODE :=
faults-%: export TF_CPP_MIN_LOG_LEVEL := 3
faults-torch: export ONEDNN_MAX_CPU_ISA := SSE41
faults-%: .venv/.installed
	KERAS_BACKEND=$* FUZZ_EXAMPLES=20000 $(BIN)/python -m pytest -n 2 --dist load faults tests/test_fuzz.py

test-faults: $(BACKENDS:%=faults-%)

clean:
	rm -rf .venv .cache site build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
