"""Rules of calls as data: a kind is a class here, a rule is a row (`CallRule`) with its parameters."""
