"""Full text without accents, on both sides: in the stored vectors and in what is looked for."""

from __future__ import annotations

import unicodedata

from django.db.models import F, Func, TextField, Value

_ACCENTED = "àáâãäåçèéêëìíîïñòóôõöùúûüýÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝ"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuyAAAAAACEEEEIIIINOOOOOUUUUY"


def folded(field: str) -> Func:
    """The column without accents. In SQL, because the server brings no `unaccent`."""
    return Func(F(field), Value(_ACCENTED), Value(_PLAIN), function="translate", output_field=TextField())


def fold(text: str) -> str:
    """The text without accents, as `folded` stores it."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
