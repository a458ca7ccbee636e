# make run | test | check | bench; see README.md
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
BIN := .venv/bin
READY := .venv/.ready
READY_DEV := .venv/.ready-dev
READY_RUN := .venv-run/.ready

.PHONY: help setup run test test-fast check openapi-tools messages campaign-short mutation bench bench-peers pictures lock clean
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

$(READY): requirements.lock
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null \
	  || { echo "setup: Python 3.11 or newer is needed; set one with make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "setup: installing the pinned packages into .venv, which takes a minute or two and is done once"
	@"$(PYTHON)" -m venv .venv > .setup.log 2>&1 \
	  || { echo "setup: $(PYTHON) could not make .venv, see .setup.log; its venv module may have to be installed" >&2; exit 1; }
	@$(BIN)/python -m pip install --disable-pip-version-check --retries 2 --require-hashes -r requirements.lock >> .setup.log 2>&1 \
	  || { echo "setup: pip could not install requirements.lock, see .setup.log; is the network there? A mirror can be set with PIP_INDEX_URL" >&2; exit 1; }
	@rm -f .setup.log
	@touch $@

$(READY_DEV): $(READY) requirements-dev.lock
	@echo "setup: installing what the suite's own tests need"
	@$(BIN)/python -m pip install --disable-pip-version-check --retries 2 --require-hashes -r requirements-dev.lock >> .setup.log 2>&1 \
	  || { echo "setup: pip could not install requirements-dev.lock, see .setup.log; is the network there? A mirror can be set with PIP_INDEX_URL" >&2; exit 1; }
	@rm -f .setup.log
	@touch $@

$(READY_RUN): requirements.lock
	@"$(PYTHON)" -m venv .venv-run
	@.venv-run/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

setup: $(READY_DEV)

# What a run is about, where somebody has said so; the worse code of two is the one that comes first here.
SAID := $(foreach name,BASE_URL RELEASE API BEHAVIOUR,$${ZADIG_$(name)+said})
WORSE_FIRST := 1 3 4 5 2 6 7

## make run      runs the cases against the stand-in, as 1.7.0 and as 5.0.0, or against ZADIG_BASE_URL where it is set
run: $(READY)
	@if [ -n "$$(echo $(SAID))" ] || grep -Eqs "^[ \t'\"]*(base_url|release|api|behaviour)[ \t'\"]*=" zadig.toml; then \
	  exec $(BIN)/pytest tests/api; \
	fi; \
	codes=" "; \
	for release in 1.7.0 5.0.0; do \
	  $(BIN)/pytest tests/api --release $$release $${ZADIG_RUN_DIR:+--run-dir "$$ZADIG_RUN_DIR-$$release"}; \
	  codes="$$codes$$? "; \
	done; \
	for code in $(WORSE_FIRST); do case "$$codes" in *" $$code "*) exit $$code;; esac; done; \
	[ "$$codes" = " 0 0 " ] # any other code is of what never came to a verdict

## make test     runs all tests: the suite's own, and the cases against the stand-in
test: $(READY_DEV)
	$(BIN)/pytest tests/suite -n auto --dist worksteal -q --assert=rewrite
	env -u ZADIG_BASE_URL $(BIN)/pytest tests/api --profile acceptance -q

## make test-fast the suite's own tests, but for those that start processes
test-fast: $(READY_DEV)
	$(BIN)/pytest tests/suite --ignore tests/suite/runs --ignore tests/suite/deploy -n auto --dist worksteal -q --assert=rewrite

## make check    lint, format, types, import rule, derived files up to date
check: $(READY_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest tests/suite/test_import_rule.py -q
	$(BIN)/python -m contracts derive --check
	$(BIN)/python -m contracts coverage --check
	$(BIN)/python -m contracts readme --check

## make openapi-tools  installs what takes openapi.json in the tests: linters and generators of others; needs npm
openapi-tools:
	@command -v npm > /dev/null || { echo "openapi-tools: npm is not here; install Node.js 20.19 or newer with it" >&2; exit 1; }
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --prefix tests/openapi \
	  || { echo "openapi-tools: npm could not install tests/openapi/package-lock.json, see above; is the network there?" >&2; exit 1; }

## make messages puts what the code says into the catalogue of its Chinese, and compiles that
messages: $(READY_DEV)
	@PYTHONPATH=. $(BIN)/python tests/suite/helpers/messages.py

## make campaign-short  runs the suite on one breakage per family and operation, and on all benign changes
campaign-short: $(READY)
	@$(BIN)/python -m contracts campaign --short --api aslan
	@$(BIN)/python -m contracts campaign --short --api openapi

## make mutation changes the checking code in small ways and sees whether a test notices; fails below 90 %
mutation: $(READY_DEV)
	@rm -rf mutants
	@ulimit -v 8000000 2> /dev/null || true; $(BIN)/mutmut run # a change may fill a list for ever
	@$(BIN)/mutmut results
	@$(BIN)/python -m bench.mutation

## make bench    measurements, as tables; fails where one is out of its bounds
bench: $(READY_DEV) $(READY_RUN)
	@$(BIN)/python -m bench

## make bench-peers  installs what the suite is measured against; what cannot be installed here is left out
bench-peers: $(READY_DEV)
	-@$(BIN)/python -m venv .venv-bench && .venv-bench/bin/pip install --quiet --disable-pip-version-check tavern==3.7.1 pytest==8.4.2
	-@npm install --silent --no-audit --no-fund --no-save --prefix bench/node newman@6.2.2 stepci@2.8.2
	-@cargo install --quiet --locked --root bench/cargo hurl --version 8.0.1 # needs the headers of libxml2 and libcurl, and libclang

## make pictures  makes the pictures of the READMEs from a run; needs Chromium
pictures: $(READY_DEV)
	@$(BIN)/python -m docs.pictures

## make lock     pins the packages of pyproject.toml anew
lock: $(READY)
	@$(BIN)/python -m pip install --quiet --target .venv/lock uv
	@PYTHONPATH=.venv/lock $(BIN)/python -m uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --upgrade --quiet -o requirements.lock
	@PYTHONPATH=.venv/lock $(BIN)/python -m uv pip compile pyproject.toml --extra dev -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --upgrade --quiet -o requirements-dev.lock

## make clean    removes what was set up and made
clean:
	rm -rf .venv .venv-run .venv-bench bench/node bench/cargo tests/openapi/node_modules .setup.log .pytest_cache .mypy_cache .ruff_cache runs mutants
