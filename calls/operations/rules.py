"""Everything that changes the rules of a call, and the columns of the call that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.models import AidTable, Call, CallRule, rules_of
from calls.operations.lifecycle import require_editable
from calls.operations.versions import begin_change, record_version
from calls.rules import RULES, Rule
from calls.rules.values import stored
from district_portal.accounts.models import User
from district_portal.shared.errors import DomainError

Parameters = Mapping[str, Any]

# Columns of `Call` that nobody sets by hand, and what they are where no rule says anything.
DERIVED: dict[str, Any] = {
    "partners_min": None,
    "roles": [],
    "grant_share": None,
    "grant_max": None,
    "project_cost_min": None,
    "project_cost_max": None,
}
# Which parameter of which kind each column is.
_COLUMNS = {
    "partners_min": ("minimum_members", "fewest"),
    "roles": ("roles", "kinds"),
    "grant_share": ("grant", "share"),
    "grant_max": ("grant", "highest"),
    "project_cost_min": ("project_cost", "lowest"),
    "project_cost_max": ("project_cost", "highest"),
}
_DECIMAL = {"grant", "project_cost"}
NOT_UNDERSTOOD = gettext_lazy("This rule can't be understood: %(kind)s.")


@transaction.atomic
def save_rule(call: Call, *, kind: str, parameters: Parameters, actor: User, note: str = "") -> CallRule:
    """Enter a rule, or change the one of its kind. `parameters` as stored (`Rule.parameters_of` a valid form).

    `note` says why, where everyone reads the call already. Raises `DomainError` with what is wrong: parameters that
    the kind's form refuses, a rule that contradicts another one, a missing note, a call that is over.
    """
    call = begin_change(call, actor=actor)
    require_editable(call)
    row, _created = CallRule.objects.update_or_create(
        call=call, kind=kind, defaults={"parameters": _checked(call, kind, parameters)}
    )
    _finish(call, actor=actor, note=note)
    return row


@transaction.atomic
def remove_rule(call: Call, *, kind: str, actor: User, note: str = "") -> None:
    """Take a rule out, also one that no class understands. Removing what is not there changes nothing."""
    call = begin_change(call, actor=actor)
    require_editable(call)
    CallRule.objects.filter(call=call, kind=kind).delete()
    _finish(call, actor=actor, note=note)


@transaction.atomic
def replace_rules(call: Call, *, rules: Mapping[str, Parameters], actor: User, note: str = "") -> list[Rule]:
    """Give the call these rules (parameters by kind) and no others: all of them or, with `DomainError`, none."""
    call = begin_change(call, actor=actor)
    require_editable(call)
    checked = {kind: _checked(call, kind, parameters) for kind, parameters in rules.items()}
    call.rules.all().delete()
    CallRule.objects.bulk_create(CallRule(call=call, kind=kind, parameters=given) for kind, given in checked.items())
    _finish(call, actor=actor, note=note)
    return rules_of(call)


def _checked(call: Call, kind: str, parameters: Parameters) -> dict[str, Any]:
    """The parameters as they are stored. Raises `DomainError`."""
    rule = RULES.get(kind)
    if rule is None:
        raise DomainError(NOT_UNDERSTOOD % {"kind": kind})
    if rule.needs_aid:
        _give_table(call)
    try:
        form = rule.form_for(parameters)
    except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError):
        raise DomainError(NOT_UNDERSTOOD % {"kind": rule.title}) from None
    if not form.is_valid():
        errors = " ".join(str(error) for errors in form.errors.values() for error in errors)
        raise DomainError(_("%(rule)s: %(errors)s") % {"rule": rule.title, "errors": errors})
    return rule.parameters_of(form)


def _give_table(call: Call) -> None:
    """A call that needs a table of aid and names none gets the newest one of today. Raises `DomainError`."""
    if call.aid_table is not None:
        return
    call.aid_table = AidTable.objects.valid_on(timezone.localdate()).last()
    if call.aid_table is None:
        raise DomainError(_("No table of aid is valid today: an administrator must enter one first."))
    call.save(update_fields=["aid_table"])


def _finish(call: Call, *, actor: User, note: str) -> None:
    rules = rules_of(call)
    _check_together(rules)
    derive_columns(call, rules)
    record_version(call, actor=actor, note=note)


def _check_together(rules: Iterable[Rule]) -> None:
    """Raises `DomainError` where no party could meet two rules at once."""
    given = {rule.kind: rule for rule in rules}
    most = given.get("maximum_members")
    if most is None:
        return
    for rule in given.values():
        if rule.facts().get("partners_min", 0) > most.parameters["most"]:
            words = {"one": rule.explain(), "other": most.explain()}
            raise DomainError(_("Two rules contradict each other. %(one)s %(other)s") % words)


def derive_columns(call: Call, rules: Iterable[Rule]) -> Call:
    """Bring the columns of the call that follow from its rules up to date: the only place that sets them."""
    columns = dict(DERIVED)
    for rule in rules:
        for name, value in rule.facts().items():
            known = columns[name]
            columns[name] = max(known, value) if name == "partners_min" and known is not None else value
    for name, value in columns.items():
        setattr(call, name, value)
    call.save(update_fields=[*columns, "updated_at"])
    return call


def rules_of_columns(columns: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The other way round: rules (parameters by kind) that say what some of the `DERIVED` columns say.

    For what knows a call by its columns only: catalogues that are taken over, made-up calls.
    """
    rules: dict[str, dict[str, Any]] = {}
    for column, (kind, parameter) in _COLUMNS.items():
        value = columns.get(column)
        if value not in (None, "", []):
            rules.setdefault(kind, {})[parameter] = stored(Decimal(value) if kind in _DECIMAL else value)
    return rules
