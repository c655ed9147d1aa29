# AlloKoli's commands. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run install models web translations examples dev local-model test quick check bench bench-calls pictures lock clean
SHELL := /bin/bash
PY := .venv/bin/python

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install web models ## Install what is missing and start AlloKoli (Ctrl-C stops it)
	@exec .venv/bin/allokoli run

install: ## Install the pinned and hashed Python packages into .venv
	@scripts/install runtime
	@$(MAKE) --no-print-directory translations examples

models: ## Make sure the local speech models are there
	@scripts/fetch-models

web: ## Build the interface if its sources changed
	@$(PY) scripts/build-web

translations: ## Compile the translations if they changed
	@$(PY) scripts/build-translations

examples: ## Learn what the example sentences mean, if some are new
	@$(PY) scripts/build-examples

dev: ## Install what tests and checks need as well
	@scripts/install dev
	@scripts/install-clients
	@scripts/install-local-model
	@$(MAKE) --no-print-directory translations examples web models

local-model: ## Install a small real language model, for the tests that ask one
	@scripts/install-local-model

QUICK := not audio and not browser and not process and not llm

test: dev ## Run every test this machine can run, and list what was skipped and why
	@.venv/bin/pytest -n 2 -m "$(QUICK)"
	@.venv/bin/pytest -m "not ($(QUICK))"

quick: dev ## Run the tests that need neither audio, browser, processes nor a model
	@.venv/bin/pytest -n 2 -m "$(QUICK)" $(ARGS)

check: dev ## Lint, types, import rules, templates, translations
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@$(PY) scripts/check-templates
	@$(PY) scripts/check-translations

bench: dev ## Measure latency, memory, start-up, and how conversations succeed
	@for file in bench/bench_*.py; do echo "== $$file"; $(PY) $$file || exit 1; done
	@echo "== conversations"; $(PY) -m bench.conversations

bench-calls: dev ## Have thirty French conversations by voice; prints what noise and telephones cost
	@ALLOKOLI_ALL_CALLS=1 .venv/bin/pytest -s tests/audio/test_callers_by_voice.py

pictures: dev ## Take again the pictures that the documents show
	@$(PY) scripts/pictures

lock: ## Resolve the requirements again, with hashes
	@for name in runtime weights dev clients; do \
	    .venv/bin/uv pip compile -q --generate-hashes --no-header --no-annotate \
	        --python-version 3.11 --universal requirements/$$name.in -o requirements/$$name.txt; \
	done
	@.venv/bin/uv pip compile -q --no-deps --generate-hashes --no-header --no-annotate \
	    --python-version 3.11 --universal requirements/llm.in -o requirements/llm.txt

clean: ## Remove what was installed and built; your data in .data stays
	@rm -rf .venv .venv-clients node_modules tests/clients/node/node_modules src/allokoli/web/static/dist
