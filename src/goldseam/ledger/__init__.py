"""The room; see docs/map.md."""
