"""One door per heavy library."""
