#!/bin/sh
# What `make check` runs: each tool says what is wrong and where; the first failure ends it.
set -eu # which a failure left of `&&` would not end
cd "$(dirname "$0")/.."
bin=.venv/bin
say() { printf '%s\n' "== $*"; }
say "ruff: lint and format";      $bin/ruff check .; $bin/ruff format --check .
say "mypy --strict";              $bin/mypy
for app in functions/*/app.py; do $bin/mypy "$app"; done
say "import contracts";           $bin/lint-imports
say "buf: lint and what was released (protos/README.md says how the contract may change)"
$bin/buf lint protos
$bin/buf breaking protos --against protos/released
say "cfn-lint";                   $bin/cfn-lint template.yaml
say "sam validate";               sh localstack/sam.sh
SAM_CLI_TELEMETRY=0 .tools/sam/bin/sam validate --lint --template template.yaml
say "web app: generated types"
node=$(sh localstack/node.sh frontend)
sh localstack/types.sh --check
say "web app: tsc and eslint"
cd frontend
PATH=$node:$PATH
node_modules/.bin/tsc --noEmit
node_modules/.bin/eslint . --max-warnings 0
say "all good"
