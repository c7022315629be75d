# townclerk: `make demo` and `make test` are the two commands; everything else they call.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: demo test real-servers install lint faults bench hostile fuzz audit packages clean

demo: $(STAMP)
	@$(BIN)/townclerk demo

test:
	@$(MAKE) --no-print-directory --jobs 2 packages $(DEV_STAMP)  # Debian's and Python's beside each other
	@$(BIN)/pytest -n 3 --dist worksteal --ignore=tests/contract --ignore=tests/e2e  # one more than cores: some wait for daemons
	@$(MAKE) --no-print-directory --jobs 2 real-servers lint

# Apart: these wait for servers more than they work, and measure how long they may.
real-servers: packages $(DEV_STAMP)
	@$(BIN)/pytest -n 3 tests/contract tests/e2e

install: $(STAMP)

$(STAMP): pyproject.toml deploy/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "townclerk needs Python 3.11 or newer; set PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint deploy/constraints.txt --editable '.[demo]'
	@touch $(STAMP)

$(DEV_STAMP): $(STAMP)
	@echo "installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint deploy/constraints.txt --requirement tests/requirements.txt
	@touch $(DEV_STAMP)

# Where we are root on a Debian, the real servers that the tests talk to are installed; elsewhere the tests say what they miss.
packages:
	@sh tests/install-packages.sh

lint: $(DEV_STAMP)
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports --no-cache > /dev/null || $(BIN)/lint-imports --no-cache
	@$(BIN)/mypy --no-error-summary

# The fault laboratory, and what else takes longer than a test should. SEED: any word; the same seed injects the same.
MINUTES ?= 20
DATABASE ?= both
faults: packages $(DEV_STAMP)
	@PYTHONPATH=tests $(BIN)/python -m faults.laboratory --minutes $(MINUTES) --database $(DATABASE) $(if $(SEED),--seed $(SEED))
	@$(BIN)/pytest -m faults

bench: packages $(DEV_STAMP)
	@$(BIN)/python tests/bench/bench.py

# Hostile mail through the whole daemon: our own, or every file of MAILS (a folder of mails, which may be anybody's). TEMPT=1
# sends each once more as an answer to somebody else's letter; FLOOD=20000 is so many mails in an hour.
hostile: $(DEV_STAMP)
	@PYTHONPATH=tests $(BIN)/python -m hostile.driver $(MAILS) $(if $(TEMPT),--tempt) $(if $(FLOOD),--flood $(FLOOD))

# Everything that reads foreign bytes, each for MINUTES (10), or the TARGETS named. What breaks is kept in tests/corpus/crash/.
fuzz: $(DEV_STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint deploy/constraints.txt atheris
	@PYTHONPATH=tests $(BIN)/python -m fuzz.fuzz $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) $(TARGETS)

# What is known against the packages that we install, and what programs find in our own code. It asks PyPI, so it is no part of `make
# test`. A package that cannot be asked about fails: nothing is passed over. deploy/SECURITY.md says what came of it.
AUDIT := .audit
audit:
	@test -x $(AUDIT)/bin/python || $(PYTHON) -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check 'bandit>=1.9,<2' 'pip-audit>=2.9,<3'
	@$(AUDIT)/bin/bandit --quiet --configfile pyproject.toml --recursive daemon
	@if command -v systemd-analyze > /dev/null; then \
	  systemd-analyze security --offline=true --no-pager --threshold=20 deploy/townclerk.service | tail -n 1; \
	fi
	@$(AUDIT)/bin/pip-audit --strict --no-deps --disable-pip --requirement deploy/constraints.txt

clean:
	rm -rf $(VENV) $(AUDIT) .mypy_cache .ruff_cache .pytest_cache .hypothesis
