#!/bin/sh
# Generates the web app's types: from docs/openapi.json those of HTTP, from docs/schema.graphql those of GraphQL.
# The two documents are made from the code first. `--check` changes nothing and says what is stale.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

wire=frontend/src/lib/wire
bin=$(sh localstack/node.sh frontend)
PATH=$bin:$PATH
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

generate() { # FOLDER: everything anew, in there
    PYTHONPATH=layers/core/python .venv/bin/python -m darkroom.edge.graphql.sdl >"$1/schema.graphql"
    .venv/bin/python - "$1/schema.graphql" >"$1/tsconfig.json" <<'END'
import json, pathlib, sys
schema = str(pathlib.Path(sys.argv[1]).resolve())
print(json.dumps({"compilerOptions": {"plugins": [{"name": "gql.tada/ts-plugin", "schema": schema}]}}))
END
    (cd frontend && node_modules/.bin/gql.tada generate-output --tsconfig "$1/tsconfig.json" --output "$1/graphql.d.ts") >"$1/said" 2>&1 || {
        cat "$1/said" >&2
        exit 1
    }
    PYTHONPATH=layers/core/python .venv/bin/python -m tools.openapi >"$1/openapi.json"
    (cd frontend && node_modules/.bin/openapi-typescript "$1/openapi.json" --root-types --root-types-no-schema-prefix \
        --root-types-keep-casing --default-non-nullable false --output "$1/rest.ts") >"$1/said" 2>&1 || {
        cat "$1/said" >&2
        exit 1
    }
    { printf '/* eslint-disable */\n' && cat "$1/rest.ts"; } >"$1/openapi.ts"
}

place_of() {
    case $1 in
    openapi.json | schema.graphql) printf '%s' "docs/$1" ;;
    *) printf '%s' "$wire/$1" ;;
    esac
}

generate "$fresh"
stale=
for name in openapi.json schema.graphql openapi.ts graphql.d.ts; do
    if [ ! -f "$fresh/$name" ] || cmp -s "$fresh/$name" "$(place_of "$name")"; then continue; fi
    if [ "${1:-}" = --check ]; then stale="$stale $(place_of "$name")"; else cp "$fresh/$name" "$(place_of "$name")"; fi
done
if [ -n "$stale" ]; then
    say "Stale:$stale. 'make types' generates them anew; commit what it changes."
    exit 1
fi
