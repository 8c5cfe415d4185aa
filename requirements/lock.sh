#!/bin/sh
# Resolves every *.in into a *.txt with hashes. The layers follow the versions of the one environment.
set -eu
cd "$(dirname "$0")/.."
compile() {
    .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
        --python-version 3.11 --custom-compile-command "make lock" "$@"
}
compile requirements/dev.in -o requirements/dev.txt
compile requirements/sam.in -o requirements/sam.txt
compile requirements/node.in -o requirements/node.txt
for layer in layers/*/requirements.in functions/*/requirements.in protos/requirements.in; do
    compile -c requirements/dev.txt "$layer" -o "${layer%.in}.txt"
done
