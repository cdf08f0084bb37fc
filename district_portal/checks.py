"""System checks of the house: every view says who may call it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

# Views that carry their own access rules: django-allauth's by module, the administration's by name (it wraps views of
# other modules, such as redirects and the password form).
ALLOWED_MODULES = ("allauth.",)
ALLOWED_NAMES = ("admin:",)


def routes(
    resolver: URLResolver | None = None, prefix: str = "", names: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, Any]]:
    """Every route as (name with its namespaces, pattern, view)."""
    resolver = resolver or get_resolver()
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            namespace = (*names, entry.namespace) if entry.namespace else names
            yield from routes(entry, pattern, namespace)
        elif isinstance(entry, URLPattern):
            yield ":".join([*names, entry.name or ""]), pattern, entry.callback


def declares_access(view: Any) -> bool:
    # Decorators on top copy the attributes of what they wrap (functools.wraps).
    return hasattr(view, "access")


@register(Tags.security)
def every_view_declares_access(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The view of {name or pattern} does not say who may call it.",
            hint="Use @access of shared/access.py.",
            id="portal.E001",
        )
        for name, pattern, view in routes()
        if not (declares_access(view) or module_of(view).startswith(ALLOWED_MODULES) or name.startswith(ALLOWED_NAMES))
    ]


def module_of(view: Any) -> str:
    return getattr(view, "__module__", "") or type(view).__module__
