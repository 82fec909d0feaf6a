# Two commands: `make demo` and `make test`. Everything else is for builders.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint unit tiers quality bench soak format lock clean

help:
	@echo "make demo     set up and run the whole product on the sample world"
	@echo "make test     set up and pass all tests"
	@echo "make check    lint, types, import contracts and unit tests: at every save"
	@echo "make quality DATA=DIR   the real-data gates over a data folder"
	@echo "make bench ONLY=\"NAME ...\" DATA=DIR   what things cost (all short ones; python -m tests.benchmarks --list)"
	@echo "make soak     the long benchmarks: a million articles, kill loops"
	@echo "make lint     ruff, mypy and the import contracts"
	@echo "make tiers    measure again which tests are fast"
	@echo "make lock     compile requirements.lock again"

$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

setup: $(STAMP)

demo: $(STAMP)
	$(BIN)/drumbeat demo demo

# Two processes and more halve the time; each holds a model and a database server, so that four are the most.
test: $(STAMP)
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --no-loadscope-reorder

quality: $(STAMP)
	$(BIN)/python -m tests quality --data "$(DATA)" --out quality $(if $(ONLY),--only $(ONLY))

# Side by side: one core for the tools, one for the tests.
check: $(STAMP)
	$(MAKE) --no-print-directory -j2 lint unit

unit: $(STAMP)
	$(BIN)/python -m tests unit

tiers: $(STAMP)
	$(BIN)/python -m pytest --measure-tiers -m "not slow and not quality and not browser" -p no:randomly

bench: $(STAMP)
	$(BIN)/python -m tests.benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(DATA),--data "$(DATA)") --out bench

soak: $(STAMP)
	$(BIN)/python -m tests.benchmarks --soak $(if $(ONLY),--only $(ONLY)) $(if $(DATA),--data "$(DATA)") --out bench

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# What the overrides switch off is left out of the file altogether.
LEFT_OUT := torch sentence-transformers transformers safetensors setuptools sympy mpmath networkx
lock:
	uv pip compile pyproject.toml requirements-build.in --group dev --universal --python-version 3.11 --generate-hashes \
	  --override requirements-overrides.txt --no-header --no-annotate --no-emit-index-url \
	  $(addprefix --no-emit-package ,$(LEFT_OUT)) -o requirements.lock

clean:
	rm -rf demo build dist quality bench
