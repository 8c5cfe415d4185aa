"""Prints the schema in the schema definition language: `python -m darkroom.edge.graphql.sdl`."""

import sys

from darkroom.edge.graphql.schema import schema


def sdl() -> str:
    """Return the schema with its descriptions, as generators of types read it."""
    return f"{schema.as_str()}\n"


if __name__ == "__main__":
    sys.stdout.write(sdl())
