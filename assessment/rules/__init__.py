"""What the selection computes: points and rankings. No database, no clock, no language."""
