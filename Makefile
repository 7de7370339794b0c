# Everything a user, a developer and CI do here. `make demo` needs Python >= 3.11 and the package
# registries; `make test` takes a browser from apt when it may. Pins stand in requirements/*.txt
# and site_templates/package-lock.json, with hashes.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
BUNDLER := $(BIN)/python site_templates/hatch_build.py
NODE_MODULES := site_templates/node_modules
LIGHTHOUSE := benchmarks/lighthouse/node_modules
# Runs its argument with the Node that the bundler found: the machine's, or the one in $(VENV).
WITH_NODE = PATH="$$($(BUNDLER) --node):$$PATH"
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCK := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/python -m piptools compile $(ARGS)
NPM_LOCKS := site_templates benchmarks/peers benchmarks/lighthouse
# The addresses of funding pages are the only host names that npm leaves in its lock file.
define TIDY_LOCK
const fs = require("fs"); \
for (const folder of process.argv.slice(1)) { \
const file = folder + "/package-lock.json", lock = JSON.parse(fs.readFileSync(file)); \
for (const entry of Object.values(lock.packages)) delete entry.funding; \
fs.writeFileSync(file, JSON.stringify(lock, null, 2) + "\n"); }
endef
OUTSIDE := $(BIN)/pytest -n 2 --dist loadfile
NO_BROWSER := echo "absah: skipped: every test in a browser: chromium is not installed" >&2
QUICK := not browser and not package and not readme and not soak

.PHONY: help demo test check coverage format lint types imports unit script outside browser package readme
.PHONY: font bench bench-full bench-docs soak mutants lighthouse screenshots lock clean bundle run dev machine

help:
	@echo "make demo   an invented registry, built and served (ARGS=--no-serve: only built)"
	@echo "make test   everything CI runs"
	@echo "make check  the part of it that needs no browser and builds no wheel"
	@echo "also: bench bench-full bench-docs soak mutants lighthouse lock screenshots clean"

demo: run
	$(BIN)/absah demo $(ARGS)

## Tests

test: machine check coverage outside

check: format lint types imports unit script

# `make test` traces which branches the unit tests run; `make check` alone does not take the time.
test coverage: COVER := --cov --cov-report=
test coverage: TRACE := NODE_V8_COVERAGE=build/coverage

coverage: unit script
	$(BIN)/coverage report --include="signing/*" --omit="signing/pkcs11.py" --fail-under=100
	$(BIN)/coverage report --omit="signing/*" --fail-under=95 --format=total
	$(WITH_NODE) node tests/script/coverage.js build/coverage

format: dev
	$(BIN)/ruff format --check .

lint: dev
	$(BIN)/ruff check .

types: dev
	$(BIN)/mypy

imports: dev
	$(BIN)/lint-imports

unit: dev
	$(BIN)/pytest -n 2 -m "$(QUICK)" $(COVER) $(ARGS)

script: dev
	$(WITH_NODE) node $(NODE_MODULES)/typescript/bin/tsc -p site_templates
	rm -rf build/coverage
	$(WITH_NODE) $(TRACE) node --test --test-concurrency=2 $(wildcard tests/script/*.test.js)

# What `browser`, `package` and `readme` run, beside each other: a file of tests to a process.
outside: MARKS := package or readme
outside: dev machine
	if command -v chromium > /dev/null; then $(OUTSIDE) -m "browser or $(MARKS)" $(ARGS); \
	else $(NO_BROWSER); $(OUTSIDE) -m "$(MARKS)" $(ARGS); fi

browser: dev machine
	if command -v chromium > /dev/null; then $(OUTSIDE) -m browser $(ARGS); else $(NO_BROWSER); fi

package: dev
	$(BIN)/pytest -m package $(ARGS)

readme: dev
	$(BIN)/pytest -m readme $(ARGS)

bench: dev machine
	$(WITH_NODE) $(BIN)/python -m benchmarks $(ARGS)

bench-full: dev machine
	$(WITH_NODE) $(BIN)/python -m benchmarks --full $(ARGS)

# Writes docs/benchmarks.md anew from what the two above have left in build/bench.
bench-docs: dev
	$(BIN)/python -m benchmarks.report

soak: dev
	$(BIN)/pytest -m soak -s $(ARGS)

# Small changes of signing/, each of which some test must notice; ARGS=verify judges one module.
mutants: dev
	$(BIN)/python -m tests.mutants $(ARGS)

# The demonstration's front page as Lighthouse sees it on a middling phone; under 100 fails.
lighthouse: run machine $(LIGHTHOUSE)/.dev
	$(WITH_NODE) $(BIN)/python -m benchmarks.lighthouse $(ARGS)

screenshots: dev machine
	$(BIN)/python -m tests.browser.screenshots $(ARGS)

## Set-up: each step once, again when what it is made from has changed

run: $(VENV)/.installed bundle

dev: run $(VENV)/.dev $(NODE_MODULES)/.dev

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "absah: Python >= 3.11 is needed" >&2; \
	  echo "absah: hint: make PYTHON=/path/to/python3.11 demo" >&2; exit 1; }
	@if ! $(PYTHON) -c 'import ensurepip' 2> /dev/null; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	    apt-get update -qq && apt-get install -qq -y --no-install-recommends python3-venv; \
	  else \
	    echo "absah: this Python cannot make a virtual environment" >&2; \
	    echo "absah: hint: apt-get install python3-venv" >&2; exit 1; \
	  fi; fi
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt | $(BIN)/python
	$(PIP) install -q --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(PIP) install -q --require-hashes -r requirements/dev.txt
	@touch $@

# The bundler decides by a digest of its sources, in a moment, so it is asked every time.
bundle: $(VENV)/.run
	@$(BUNDLER) --node > /dev/null 2>&1 || $(BUNDLER) --current \
	  || $(PIP) install -q --require-hashes -r requirements/node.txt
	@$(BUNDLER)

$(VENV)/.installed: pyproject.toml $(VENV)/.run | bundle
	$(PIP) install -q --no-build-isolation --no-deps -e .
	@touch $@

$(NODE_MODULES)/.dev: site_templates/package.json site_templates/package-lock.json | bundle
	@$(BUNDLER) --node > /dev/null 2>&1 \
	  || $(PIP) install -q --require-hashes -r requirements/node.txt
	$(WITH_NODE) npm --prefix site_templates ci
	@touch $@

$(LIGHTHOUSE)/.dev: benchmarks/lighthouse/package.json benchmarks/lighthouse/package-lock.json | bundle
	@$(BUNDLER) --node > /dev/null 2>&1 \
	  || $(PIP) install -q --require-hashes -r requirements/node.txt
	$(WITH_NODE) npm --prefix benchmarks/lighthouse ci
	@touch $@

# What only tests and benchmarks need of the machine: browsers, Japanese fonts, a software token, a
# web server, rsync, a transparency log and QR symbols written by others. By apt when root; else the
# tests say what they skip.
machine:
	@missing=; \
	need() { $$1 > /dev/null 2>&1 || missing="$$missing $$2"; }; \
	need "command -v chromium" chromium; \
	need "command -v firefox-esr" firefox-esr; \
	need "command -v WebKitWebDriver" webkit2gtk-driver; \
	need "command -v Xvfb" xvfb; \
	need "test -e /usr/lib/softhsm/libsofthsm2.so" softhsm2; \
	need "test -x /usr/sbin/nginx" nginx-light; \
	need "command -v rsync" rsync; \
	need "command -v go" golang-go; \
	need "test -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog" golang-golang-x-mod-dev; \
	ldconfig -p 2> /dev/null | grep libqrencode > /dev/null || missing="$$missing libqrencode4"; \
	fc-list :lang=ja 2> /dev/null | grep -q . || missing="$$missing fonts-noto-cjk"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	      apt-get install -qq -y --no-install-recommends $$missing > /dev/null; \
	  else echo "absah: hint: for every test: apt-get install$$missing" >&2; fi; fi

# The font of the print sheets, from the package that carries the whole of it (OFL).
font: $(VENV)/.dev
	rm -rf build/font && mkdir -p build/font
	$(PIP) install -q --require-hashes --target build/font/lib -r requirements/font.txt
	$(WITH_NODE) npm --prefix build/font install --no-save --ignore-scripts --no-audit \
	  @expo-google-fonts/biz-udpgothic@0.4.2
	PYTHONPATH=build/font/lib $(BIN)/python -m tests.make_font \
	  build/font/node_modules/@expo-google-fonts/biz-udpgothic/400Regular/*.ttf \
	  registry/fonts/BIZUDPGothic-subset.ttf

## Pins

lock: $(VENV)/.dev
	$(LOCK) --extra publisher -o requirements/run.txt pyproject.toml requirements/run.in
	$(LOCK) --extra publisher --extra hsm --extra cluster -c requirements/run.txt -o requirements/dev.txt \
	  pyproject.toml requirements/run.in requirements/dev.in
	$(LOCK) -o requirements/node.txt requirements/node.in
	$(LOCK) -o requirements/font.txt requirements/font.in
	$(LOCK) -o benchmarks/peers/requirements.txt benchmarks/peers/requirements.in
	for folder in $(NPM_LOCKS); do \
	  $(WITH_NODE) npm --prefix $$folder install --package-lock-only; done
	$(WITH_NODE) node -e '$(TIDY_LOCK)' $(NPM_LOCKS)

# What make made. demo/ and public/ stay: they may hold a registry that somebody needs.
clean:
	rm -rf $(VENV) $(NODE_MODULES) $(LIGHTHOUSE) site_templates/dist site_templates/dist.part dist build
	rm -rf site_templates/dist_guide site_templates/dist_guide.part
	rm -rf .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
