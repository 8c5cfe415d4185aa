"""Everything that speaks a protocol."""
