# `make demo` and `make test` do everything on a fresh machine; `make help` lists the rest.
SHELL := /bin/bash
export CARGO_TARGET_DIR ?= $(CURDIR)/target
export PATH := $(CURDIR)/build/venv/bin:$(PATH)
PY := build/venv/bin/python
ROUNDS ?= 1000
PREFIX ?= /usr/local
DESTDIR ?=

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## install what is missing, build the command and the wheel
	@scripts/setup

demo: ## record a real LangGraph agent, check its evidence, alter it, withhold a field
	@scripts/setup demo
	@$(PY) examples/refund-triage/demo.py

test: ## set up and pass everything; the last line counts
	@scripts/setup test
	@$(PY) tests/run.py

node: ## build the npm packages into build/npm and install them in build/node
	@scripts/setup-node

jvm: ## build the JVM library: a jar in build/jvm, a repository of Maven in build/maven
	@scripts/setup-jvm

c: ## build the C library, optimised, into build/c-release
	@scripts/setup-c release

install: c ## install the C library; PREFIX=/usr/local, DESTDIR=
	@mkdir -p "$(DESTDIR)$(PREFIX)"
	@cp -R --no-dereference --preserve=mode,links build/c-release/. "$(DESTDIR)$(PREFIX)/"
	@echo "installed in $(DESTDIR)$(PREFIX)"

uninstall: ## remove what `make install` put there; PREFIX=/usr/local, DESTDIR=
	@cd build/c-release && find . -not -type d -print0 | (cd "$(DESTDIR)$(PREFIX)" && xargs -0 rm -f)
	@rmdir "$(DESTDIR)$(PREFIX)/lib/cmake/execert" "$(DESTDIR)$(PREFIX)/share/licenses/execert" 2>/dev/null || true

check: ## format, lints, generated files, layers, stubs
	@scripts/setup test
	@$(PY) tests/run.py --only check

bench: ## measure beside peers and write docs/benchmarks.md; FULL=1 for a million records, ONLY=seal,verify
	@scripts/setup demo
	@$(PY) tests/bench/run.py $(if $(FULL),--full) $(if $(ONLY),--only $(ONLY))

supply: ## what comes from others: licences, advisories, bills of materials, equal double builds
	@scripts/setup demo
	@scripts/supply

deep: faults hostile drills fuzz mutants miri coverage supply ## what is slow: all of the next

faults: ## kill, fill, fork, flip: the long round, ROUNDS=1000; figures in build/results/faults.json
	@scripts/setup test
	@EXECERT_ROUNDS=$(ROUNDS) cargo test --quiet --locked --profile ci -p execert-faults

hostile: ## bundles of 256 MB that cost a reader most, optimised build; figures in build/results/hostile.json
	@scripts/setup test
	@cargo build --quiet --locked --release -p execert-cli
	@$(PY) tests/hostile/run.py --full --command "$(CARGO_TARGET_DIR)/release/execert"

drills: ## 80,000 splices, 1,000,000 guesses of each withheld field, 2,000 secrets through recorder and LangChain
	@scripts/setup test
	@EXECERT_DEEP=1 $(PY) -m pytest -q tests/negative/test_nothing_through.py
	@EXECERT_DEEP=1 cargo test --quiet --locked --profile ci -p execert --test drills --test guesses

fuzz: ## two verifiers on changed bundles, and eight checks under a fuzzer, MINUTES=30
	@scripts/setup test
	@scripts/fuzz

mutants: ## mutation testing of what decides a verdict, SHARD=0/1; figures in build/results/mutants.json
	@scripts/mutants --shard $(or $(SHARD),0/1)

miri: ## the pure parts of the core on an interpreter that sees undefined behaviour
	@scripts/miri

coverage: ## line coverage of the core; figures in docs/scores/coverage.json
	@scripts/coverage

score: ## the score sheet, out of what ran last; writes docs/scores
	@$(PY) tests/score/run.py

clean: ## remove what was built
	rm -rf build target

.PHONY: help setup demo test node jvm c install uninstall check bench deep faults hostile drills fuzz mutants miri coverage supply score clean
