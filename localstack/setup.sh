#!/bin/sh
# Prepares the checkout: one virtual environment with everything locked in requirements/dev.txt, and the stubs of protos/.
# Runs again only when the lock changes, or the protos; needs the network only for the lock.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

stamp=.venv/.darkroom-ready
want=$(cat requirements/dev.txt pyproject.toml localstack/setup.sh | cksum)
protos_stamp=.venv/.protos-ready
protos_want=$(cat protos/pyproject.toml protos/hatch_build.py protos/bridge/*/*.proto | cksum)
ready() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

install_protos() {
    if ready "$protos_stamp" "$protos_want"; then return 0; fi
    say "Building the gRPC stubs from protos/ ..."
    VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --compile-bytecode \
        --reinstall ./protos || {
        say "The stubs could not be built: the lines above say what in protos/ is wrong; '.venv/bin/buf lint protos' says more."
        exit 1
    }
    printf '%s' "$protos_want" >"$protos_stamp"
}

if ready "$stamp" "$want" && .venv/bin/python -c '' 2>/dev/null; then
    install_protos
    exit 0
fi

python=
for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    say "Darkroom needs Python 3.11 or newer and found $(python3 --version 2>&1 || true): install one, or name it with 'make PYTHON=/path/to/python3.12 ...'."
    exit 1
fi

free_kb=$(df -Pk . | awk 'NR==2 {print $4}')
if [ "$free_kb" -lt 1500000 ]; then
    say "Only $((free_kb / 1024)) MB are free here and setting up takes about 1,500 MB: free some space and run this again."
    exit 1
fi

if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "Making the virtual environment (.venv) with $("$python" --version) ..."
    rm -rf .venv
    if ! "$python" -m venv .venv; then
        say "Python's venv module could not make .venv: on Debian and Ubuntu, 'apt-get install python3-venv' and run this again."
        exit 1
    fi
fi
rm -f "$stamp" "$protos_stamp"

# uv itself comes from the same lock, so that pip checks its hash.
if ! [ -x .venv/bin/uv ]; then
    say "Installing uv ..."
    sed -n '/^uv==/,/^    #/p' requirements/dev.txt >.venv/uv.txt
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .venv/uv.txt || {
        say "uv could not be installed: this first run needs the network to reach a Python package index."
        exit 1
    }
fi

say "Installing the locked requirements ..."
export UV_LINK_MODE="${UV_LINK_MODE:-copy}"
VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip sync --quiet --require-hashes --compile-bytecode requirements/dev.txt || {
    say "The requirements could not be installed: this run needs the network, because requirements/dev.txt changed or was never installed here."
    exit 1
}
VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
install_protos
printf '%s' "$want" >"$stamp"
say "Ready."
