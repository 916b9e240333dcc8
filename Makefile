# `make demo` and `make test` do everything on a fresh machine; `make help` lists the rest.
SHELL := /bin/bash
export CARGO_TARGET_DIR ?= $(CURDIR)/target
export PATH := $(CURDIR)/build/venv/bin:$(PATH)
PY := build/venv/bin/python
ROUNDS ?= 1000

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

check: ## format, lints, generated files, layers, stubs
	@scripts/setup test
	@$(PY) tests/run.py --only check

bench: ## measure beside peers and write docs/benchmarks.md; FULL=1 for a million records, ONLY=seal,verify
	@scripts/setup demo
	@$(PY) tests/bench/run.py $(if $(FULL),--full) $(if $(ONLY),--only $(ONLY))

supply: ## what comes from others: licences, advisories, bills of materials, equal double builds
	@scripts/setup demo
	@scripts/supply

deep: faults fuzz mutants miri coverage supply ## what is slow: all of the next

faults: ## kill, fill, fork, flip: the long round, ROUNDS=1000; figures in build/results/faults.json
	@scripts/setup test
	@EXECERT_ROUNDS=$(ROUNDS) cargo test --quiet --locked --profile ci -p execert-faults

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

.PHONY: help setup demo test check bench deep faults fuzz mutants miri coverage supply score clean
