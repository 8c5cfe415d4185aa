#!/bin/sh
# Builds the web app into frontend/dist, if what it is made of changed since. Without a change it is done in a moment.
# Ends with 3 where what the build needs is neither here nor to be had; other failures are the sources'.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

sources() {
    find frontend/src frontend/public frontend/vite frontend/*.ts frontend/*.json frontend/index.html -type f \
        ! -name '*.test.ts' ! -name '*.test.tsx' ! -path 'frontend/src/testing/*' -exec cksum {} + | sort -k 3
}

want=$(sources | cksum)
if [ -f frontend/dist/.built ] && [ "$(cat frontend/dist/.built)" = "$want" ]; then exit 0; fi

# Whoever has no network is told so soon.
export npm_config_fetch_retries="${npm_config_fetch_retries:-1}" npm_config_fetch_retry_mintimeout="${npm_config_fetch_retry_mintimeout:-1000}"
export npm_config_fetch_timeout="${npm_config_fetch_timeout:-60000}"
bin=$(sh localstack/node.sh frontend) || exit 3

say "Building frontend/ ..."
fresh=frontend/node_modules/.darkroom-web-$$
trap 'rm -rf "$fresh" "$fresh-before"' EXIT
(cd frontend && PATH=$bin:$PATH node_modules/.bin/vite build --logLevel warn --outDir "../$fresh" --emptyOutDir) >&2
printf '%s' "$want" >"$fresh/.built"
if [ -e frontend/dist ]; then mv frontend/dist "$fresh-before"; fi
mv "$fresh" frontend/dist
say "Built."
