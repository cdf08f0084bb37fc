"""Parameters of rules between JSON and Python: amounts and shares are text there and `Decimal` here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any


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
        self._parameters = parameters

    def number(self, name: str) -> int:
        return self._whole(self._parameters[name])

    def number_or_none(self, name: str) -> int | None:
        value = self._parameters.get(name)
        return None if value is None else self._whole(value)

    def decimal(self, name: str) -> Decimal:
        """An amount in EUR, or a share between 0 and 1."""
        return self._decimal(self._parameters[name])

    def decimal_or_none(self, name: str) -> Decimal | None:
        value = self._parameters.get(name)
        return None if value is None else self._decimal(value)

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

    def text_or(self, name: str, default: str = "") -> str:
        return self.text(name) if name in self._parameters else default

    @staticmethod
    def _whole(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"not a whole number: {value!r}")
        return value

    @staticmethod
    def _decimal(value: Any) -> Decimal:
        if not isinstance(value, str):
            raise TypeError(f"amounts and shares are text: {value!r}")
        found = Decimal(value)
        if not found.is_finite():
            raise ValueError(f"not a number: {value!r}")
        return found
