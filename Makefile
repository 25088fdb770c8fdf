# The two doors: `make lab` and `make test`. Everything they need is installed into .venv.
PYTHON ?= python3
VENV   := $(CURDIR)/.venv
BIN    := $(VENV)/bin
# a third of the tests' time is waiting
WORKERS := $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
export PATH := $(BIN):$(PATH)
# else each process compiles the package and all tests anew
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help lab test quick fast-tests lint types js js-lint js-test ui pictures bench generate clean

help:  ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## ?/  make \1\t/'

lab: $(VENV)/.lab  ## JupyterLab with Dispatch, in this folder
	jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB_ARGS)

test: $(VENV)/.dev js chromium  ## every check there is
	$(MAKE) -j2 lint types js-lint
	$(MAKE) js-test
	python -m pytest tests --ignore=tests/ui -m 'not alone' -n $(WORKERS) --dist loadfile
	python -m pytest tests --ignore=tests/ui -m alone
	python -m pytest tests/ui -n 2 --dist loadfile

quick: $(VENV)/.dev  ## format, lint, types, floors and the fast tests: under a minute
	$(MAKE) -j3 lint types js-lint fast-tests

fast-tests: $(VENV)/.dev
	python -m pytest tests --ignore=tests/ui -m 'not slow' -q -n auto --dist loadfile

lint: $(VENV)/.dev
	ruff format --check .
	ruff check .
	python scripts/generate_types.py --check
	python scripts/generate_openapi.py --check
	python scripts/generate_schema.py --check

types: $(VENV)/.dev
	mypy

js: js/lib/.built

js-lint: js/node_modules/.installed  # format, lint and types of the front end
	cd js && npm run --silent lint && npm run --silent check

js-test: js/node_modules/.installed
	cd js && npm run --silent test

ui: $(VENV)/.dev js chromium  ## only the browser journeys
	python -m pytest tests/ui -n 2 --dist loadfile

pictures: $(VENV)/.dev js chromium  ## the same, with pictures of every view in both themes, in test-results/
	DISPATCH_PICTURES=1 python -m pytest tests/ui -n 2 --dist loadfile

bench: $(VENV)/.dev js  ## figures, as ratios to a plain floor measured in the same run
	python benchmarks/run.py

generate: $(VENV)/.dev  ## everything that is generated from something else
	python scripts/generate_types.py
	python scripts/generate_openapi.py
	python scripts/generate_schema.py

clean:  ## back to a fresh clone
	git clean -fdXq

.PHONY: chromium
chromium: $(VENV)/.dev
	@python scripts/chromium.py

# --- what the doors need

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.lab: $(VENV)/bin/pip pyproject.toml
	pip install --quiet -e . 'jupyterlab>=4.6,<5'
	@touch $@

$(VENV)/.dev: $(VENV)/bin/pip pyproject.toml
	pip install --quiet -e '.[dev]'
	@touch $@ $(VENV)/.lab

js/node_modules/.installed: js/package.json js/package-lock.json | $(VENV)/.dev
	cd js && npm install --silent --no-audit --no-fund
	@touch $@

js/lib/.built: js/node_modules/.installed $(shell find js/src js/schema js/style js/generated -type f 2>/dev/null) js/build.mjs
	cd js && npm run --silent build
	jupyter-builder develop . --overwrite
	@mkdir -p js/lib && touch $@
