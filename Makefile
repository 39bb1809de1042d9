# The two commands of the README are `make synth` and `make test`; each installs what it needs.
.DEFAULT_GOAL := help
.PHONY: help synth build demo test test-unit test-cluster lint format bench bench-backups bench-fleet bench-objectives bench-telemetry tools docs mutants explore golden clean

NODE_MAJOR := $(shell node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

node_modules/.package-lock.json: package.json package-lock.json
	@if [ $(NODE_MAJOR) -lt 20 ]; then echo "sovra-ops needs Node.js 20 or newer (found: $$(node --version 2>/dev/null || echo none)). Install it and run make again." >&2; exit 1; fi
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

build: node_modules/.package-lock.json ## compile lib, stacks and examples into build/
	@npx tsc -p tsconfig.build.json

synth: build ## write the manifests of the default stack to dist/
	@node build/stacks/main.js
	@echo "dist/:" && ls dist

demo: node_modules/.package-lock.json ## break a simulated Sovra and be paged, on real servers, without a cluster (needs Go)
	@node tools/demo.mjs

test: node_modules/.package-lock.json ## everything: lint, types, unit tests and real servers (needs Go and Linux)
	@node tools/test-all.mjs

test-unit: node_modules/.package-lock.json ## the quick loop: unit tests that need no server
	@node tools/build.mjs promtool prometheus amtool
	@npx jest --selectProjects=unit --testPathIgnorePatterns test/cluster test/properties mutants

test-cluster: build tools ## real servers only
	@node test/cluster/run.mjs

tools: ## build the pinned servers and checkers into the cache (half an hour or more when cold)
	@node tools/build.mjs

lint: node_modules/.package-lock.json ## formatter, linter and types
	@npx biome check --error-on-warnings . && npx tsc -p tsconfig.json --noEmit

format: node_modules/.package-lock.json ## let the formatter have its way
	@npx biome check --write .

docs: node_modules/.package-lock.json ## rewrite docs/alerts.md from the catalogue
	@node tools/docs.mjs

mutants: node_modules/.package-lock.json ## break each alert in every way, and see that a test notices
	@SOVRA_OPS_MUTANTS=1 npx jest --testPathPatterns mutants --selectProjects=unit

explore: node_modules/.package-lock.json ## try properties on other random values than every run does; a failure prints its seed
	@SOVRA_OPS_SEED=random npx jest --selectProjects=unit --testPathPatterns 'test/(properties|pulumi/values|schedule|yaml|markers|validate)'

golden: node_modules/.package-lock.json ## rewrite the golden manifests of the examples, for review
	@UPDATE_GOLDEN=1 npx jest --selectProjects=unit --testPathPatterns 'test/(examples|pulumi/urns|runbooks)'

bench-objectives: node_modules/.package-lock.json ## what objectives cost, beside sloth (builds it the first time; about 5 minutes)
	@node tools/bench-objectives.mjs

bench-fleet: node_modules/.package-lock.json ## what all rules of 10,000 edge nodes cost, in a real Prometheus (about 6 minutes)
	@node tools/bench-fleet.mjs

bench-backups: node_modules/.package-lock.json ## backup and restore beside the bare tools, and 30 days of growth (about 15 minutes, as root)
	@node tools/bench-backups.mjs

bench-telemetry: build ## what the log agent costs, and ten minutes without its back end (about 13 minutes)
	@node tools/bench-telemetry.mjs

bench: build ## CPU time, wall time and memory of a synth, beside an empty app
	@node tools/bench.mjs

clean: ## remove what was built here (not the cache of tools)
	rm -rf build dist node_modules
