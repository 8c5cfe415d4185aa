#!/bin/sh
# What `make check` runs: each tool says what is wrong and where; the first failure ends it.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
say() { printf '%s\n' "== $*"; }
say "ruff: lint and format";      $bin/ruff check . && $bin/ruff format --check .
say "mypy --strict";              $bin/mypy
for app in functions/*/app.py; do [ -e "$app" ] && $bin/mypy "$app"; done
say "import contracts";           $bin/lint-imports
[ ! -f template.yaml ] || { say "cfn-lint"; $bin/cfn-lint template.yaml; }
say "all good"
