"""Rules of calls as data: a kind is a class in `kinds`, a rule is a row (`CallRule`) with its parameters.

`RULES` holds every kind by its name; all modules of `kinds` are read here, so that a new file there is all it takes.
"""

from importlib import import_module
from pkgutil import iter_modules

from calls.rules import kinds, words
from calls.rules.base import RULES, Member, Party, Rule, Scope, Unreadable, Verdict, in_order
from calls.rules.judgement import Judgement, Line, judge

for _module in iter_modules(kinds.__path__, f"{kinds.__name__}."):
    import_module(_module.name)

__all__ = [
    "RULES",
    "Judgement",
    "Line",
    "Member",
    "Party",
    "Rule",
    "Scope",
    "Unreadable",
    "Verdict",
    "in_order",
    "judge",
    "words",
]
