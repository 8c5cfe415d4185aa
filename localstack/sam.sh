#!/bin/sh
# Installs the SAM CLI into .tools/sam, apart from the rest: it pins libraries that the emulator pins otherwise.
# Runs again only when its lock changes; needs the network only then. `make setup` goes first.
# With a command it runs that: `sh localstack/sam.sh build` has the uv on its way that the layers are built with.
set -eu
cd "$(dirname "$0")/.."

stamp=.tools/sam/.darkroom-ready
want=$(cksum <requirements/sam.txt)
run() {
    [ "$#" -eq 0 ] && exit 0
    PATH=$PATH:$PWD/.venv/bin exec .tools/sam/bin/sam "$@"
}
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then run "$@"; fi

printf '%s\n' "Installing the SAM CLI ..." >&2
export UV_LINK_MODE="${UV_LINK_MODE:-copy}"
.venv/bin/uv venv --quiet --allow-existing --python .venv/bin/python .tools/sam
VIRTUAL_ENV=$PWD/.tools/sam .venv/bin/uv pip sync --quiet --require-hashes --compile-bytecode requirements/sam.txt || {
    printf '%s\n' "The SAM CLI could not be installed: this run needs the network, because requirements/sam.txt changed or was never installed here." >&2
    exit 1
}
printf '%s' "$want" >"$stamp"
run "$@"
