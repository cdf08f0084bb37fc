"""Parameters of rules between JSON and Python: amounts and shares are text there and `Decimal` here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

MOST = Decimal(10) ** 12


def stored(value: Any) -> Any:
    """A value as JSON keeps it, without loss: decimals and days as text, everything in lists and dictionaries too."""
    if isinstance(value, Decimal):
        text = format(value.normalize(), "f")
        return "0" if text in ("", "-0") else text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): stored(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [stored(each) for each in value]
    return value


class Values:
    """The stored parameters, read by their types. Raises `KeyError`, `TypeError`, `ValueError`, `ArithmeticError`."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        if not isinstance(parameters, Mapping):
            raise TypeError(f"not a record: {parameters!r}")
        self._parameters = parameters

    def number(self, name: str) -> int:
        """A whole number, 0 or more."""
        return self._whole(self._parameters[name])

    def number_or_none(self, name: str) -> int | None:
        value = self._parameters.get(name)
        return None if value is None else self._whole(value)

    def decimal(self, name: str) -> Decimal:
        """An amount in EUR, or a share between 0 and 1; never negative."""
        return self._decimal(self._parameters[name])

    def bounds(self, one: str, other: str) -> tuple[Decimal | None, Decimal | None]:
        """Two amounts or shares, of which one may be missing."""
        first, second = (self.decimal(name) if name in self._parameters else None for name in (one, other))
        if first is None and second is None:
            raise KeyError(f"neither {one} nor {other}")
        return first, second

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, at least one."""
        found = self._parameters[name]
        if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
            raise ValueError(f"{name}: not a list of texts: {found!r}")
        return tuple(found)

    def rows(self, name: str) -> tuple[Values, ...]:
        """A list of records, at least one."""
        found = self._parameters[name]
        if not isinstance(found, list) or not found or not all(isinstance(each, Mapping) for each in found):
            raise ValueError(f"{name}: not a list of records: {found!r}")
        return tuple(Values(each) for each in found)

    def text(self, name: str) -> str:
        value = self._parameters[name]
        if not isinstance(value, str):
            raise TypeError(f"{name}: not a text: {value!r}")
        return value

    def has(self, name: str) -> bool:
        return name in self._parameters

    def flag(self, name: str) -> bool:
        """Whether something is so; what is not said is not."""
        value = self._parameters.get(name, False)
        if not isinstance(value, bool):
            raise TypeError(f"{name}: neither true nor false: {value!r}")
        return value

    def names(self) -> tuple[str, str]:
        """`name_it` and `name_en`: one of them may be missing."""
        italian, english = self.both("name")
        if not italian and not english:
            raise ValueError("no name")
        return italian, english

    def both(self, name: str) -> tuple[str, str]:
        """A text in Italian and in English, either or both of which may be missing."""
        italian, english = (self.text(key) if key in self._parameters else "" for key in (f"{name}_it", f"{name}_en"))
        return italian, english

    @staticmethod
    def _whole(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"not a whole number: {value!r}")
        if value < 0:
            raise ValueError(f"negative: {value!r}")
        return value

    @staticmethod
    def _decimal(value: Any) -> Decimal:
        if not isinstance(value, str):
            raise TypeError(f"amounts and shares are text: {value!r}")
        found = Decimal(value)
        if not found.is_finite() or not 0 <= found < MOST:
            raise ValueError(f"neither an amount nor a share: {value!r}")
        return found
