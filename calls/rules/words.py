"""Words that several kinds of rule share: lists in a sentence, kinds of organisation counted, names in parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from district_portal.shared.ui import language


class LegalForm(models.TextChoices):
    """In which form a party takes part."""

    SINGLE = "single", gettext_lazy("single organisation")
    TEMPORARY_GROUPING = "temporary_grouping", gettext_lazy("temporary grouping")
    NETWORK_CONTRACT = "network_contract", gettext_lazy("network contract")
    CONSORTIUM = "consortium", gettext_lazy("consortium")
    CONSORTIUM_COMPANY = "consortium_company", gettext_lazy("consortium company")
    PARTNERSHIP_AGREEMENT = "partnership_agreement", gettext_lazy("partnership agreement")


class CostCategory(models.TextChoices):
    STAFF = "staff", gettext_lazy("staff")
    EQUIPMENT = "equipment", gettext_lazy("equipment")
    MATERIALS = "materials", gettext_lazy("materials")
    CONTRACT_RESEARCH = "contract_research", gettext_lazy("contract research")
    CONSULTANCY = "consultancy", gettext_lazy("consultancy")
    DISSEMINATION = "dissemination", gettext_lazy("dissemination")
    OVERHEADS = "overheads", gettext_lazy("overheads")
    OTHER = "other", gettext_lazy("other costs")


def choices(kinds: type[models.TextChoices]) -> list[tuple[str, str]]:
    """For a list of options: labels that stand in sentences begin with a capital there."""
    return [(value, capfirst(label)) for value, label in kinds.choices]


def both(texts: Iterable[object]) -> str:
    """ "a, b and c"."""
    return _joined([str(text) for text in texts], _("%(first)s and %(last)s"))


def either(texts: Iterable[object]) -> str:
    """ "a, b or c"."""
    return _joined([str(text) for text in texts], _("%(first)s or %(last)s"))


def _joined(texts: Sequence[str], pattern: str) -> str:
    if len(texts) < 2:
        return "".join(texts)
    return pattern % {"first": ", ".join(texts[:-1]), "last": texts[-1]}


def named(names: tuple[str, str]) -> str:
    """The Italian or the English one of two names, by language, with the other one as fallback."""
    italian, english = names
    return (italian or english) if language() == "it" else (english or italian)


def organisations(count: int) -> str:
    return ngettext("%(count)s organisation", "%(count)s organisations", count) % {"count": count}


def smes(count: int) -> str:
    words = ngettext("%(count)s small or medium enterprise", "%(count)s small or medium enterprises", count)
    return words % {"count": count}


def counted(kind: str, count: int) -> str:
    """ "2 research laboratories": a number of organisations of a kind (`OrganisationKind`)."""
    words = {
        "enterprise": ngettext("%(count)s enterprise", "%(count)s enterprises", count),
        "university": ngettext("%(count)s university", "%(count)s universities", count),
        "laboratory": ngettext("%(count)s research laboratory", "%(count)s research laboratories", count),
        "technology_transfer_centre": ngettext(
            "%(count)s technology transfer centre", "%(count)s technology transfer centres", count
        ),
        "association": ngettext("%(count)s trade association", "%(count)s trade associations", count),
        "authority": ngettext("%(count)s public authority", "%(count)s public authorities", count),
    }
    return words[kind] % {"count": count}


def plural(kind: str) -> str:
    """A kind of organisation, of which there are several: "research laboratories"."""
    return {
        "enterprise": _("enterprises"),
        "university": _("universities"),
        "laboratory": _("research laboratories"),
        "technology_transfer_centre": _("technology transfer centres"),
        "association": _("trade associations"),
        "authority": _("public authorities"),
    }[kind]
