# Darkroom. `make help` lists what can be done here.
.DEFAULT_GOAL := help
.PHONY: help setup up dev types down reset logs publish-web test check bench screenshots lock rotate-keys format
SHELL := /bin/sh

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what the project needs into this checkout (.venv)
	@PYTHON="$(PYTHON)" sh localstack/setup.sh
	@sh localstack/node.sh layers/graphql/graphiql >/dev/null || true # GraphiQL; without it its page says what to do

up: setup ## bring up the local cloud; Ctrl-C stops it
	@.venv/bin/python -m localstack up

dev: setup ## serve the web app from its sources against the local cloud that is up: an edit is in the browser at once
	@.venv/bin/python -m localstack dev

types: setup ## generate the web app's types anew from the OpenAPI document and the GraphQL schema
	@sh localstack/types.sh

down: setup ## stop the local cloud that runs from this checkout
	@.venv/bin/python -m localstack down

reset: setup ## stop it and wipe its data (asks first)
	@.venv/bin/python -m localstack reset

logs: setup ## follow what the local cloud and the functions say
	@.venv/bin/python -m localstack logs

publish-web: setup ## put the web app into the stack that `sam deploy` made on AWS
	@.venv/bin/python -m localstack publish-web

test: setup ## run every test
	@.venv/bin/python -m pytest

check: setup ## lint, types, import contracts, template
	@sh tests/check.sh

format: setup ## put the code in order
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .

bench: setup ## measure speed and memory as ratios and write docs/benchmarks.md
	@.venv/bin/python -m tests.bench.main

screenshots: setup ## look at every page of the web app: light and dark, phone and desktop
	@.venv/bin/python -m tests.web.screenshots

rotate-keys: setup ## put a new signing key in front; the one before stays trusted
	@.venv/bin/darkroom rotate-keys

lock: setup ## resolve the requirements anew and write them with hashes
	@sh requirements/lock.sh
