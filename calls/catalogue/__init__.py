"""Taking over a region's catalogue of published calls from a file. `docs/calls.md` tells its format."""
