"""How much of the cost the grant covers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.rules import words
from calls.rules.aid import Activity, aid_share, validity
from calls.rules.base import Member, Party, Rule, Scope, Verdict
from calls.rules.fields import AmountField, Column, PercentField, RowsField
from calls.rules.values import Values
from district_portal.shared.ui import money, percent

CENT = Decimal("0.01")


def _within(grant: Decimal, limit: Decimal) -> Verdict:
    """The grant against the highest one, which ends at whole cents."""
    limit = limit.quantize(CENT, ROUND_DOWN)
    text = _("%(grant)s, at most %(limit)s") % {"grant": money(grant), "limit": money(limit)}
    if grant <= limit:
        return Verdict(True, text)
    return Verdict(False, text, _("Ask for %(amount)s less.") % {"amount": money(grant - limit)})


class Grant(Rule):
    kind = "grant"
    title = gettext_lazy("Grant")
    scope = Scope.PROJECT
    order = 40
    asked = False

    class Form(forms.Form):
        share = PercentField(label=gettext_lazy("Highest share of the cost"), required=False)
        highest = AmountField(label=gettext_lazy("Highest grant (EUR)"), required=False)

        def clean(self) -> dict[str, Any]:
            cleaned = super().clean() or {}
            if not self.errors and cleaned.get("share") is None and cleaned.get("highest") is None:
                raise ValidationError(_("Enter the highest share, the highest grant, or both."))
            return cleaned

    def read(self, given: Values) -> None:
        self.share, self.highest = given.bounds("share", "highest")

    def explain(self) -> str:
        bounds = {"share": percent(self.share), "highest": money(self.highest)}
        if self.highest is None:
            return _("The grant covers at most %(share)s of the cost.") % bounds
        if self.share is None:
            return _("The grant is at most %(highest)s.") % bounds
        return _("The grant covers at most %(share)s of the cost, and is at most %(highest)s.") % bounds

    def check(self, party: Party) -> Verdict:
        if party.grant is None:
            return Verdict(None, _("The grant is not known"), _("Enter the grant that you ask for."))
        bounds = [] if self.highest is None else [self.highest]
        if self.share is not None and party.cost is not None:
            bounds.append(self.share * party.cost)
        if bounds:
            verdict = _within(party.grant, min(bounds))
            if not verdict.met or self.share is None or party.cost is not None:
                return verdict
        return Verdict(None, _("The cost is not known"), _("Enter the cost of the project."))

    def facts(self) -> Mapping[str, Any]:
        return {"grant_share": self.share, "grant_max": self.highest}


class Intensity(Rule, registered=False):
    """The grant is at most the sum, over members and activities, of cost × share."""

    scope = Scope.PROJECT
    asked = False

    @abstractmethod
    def share_of(self, member: Member, activity: str, party: Party) -> Decimal:
        """Of the cost; 0 for an activity that is not aided."""

    def missing(self, party: Party) -> list[str]:
        """Sentences that say what must be entered before the highest grant can be told."""
        ways = [] if party.grant is not None else [_("Enter the grant that you ask for.")]
        unknown = sorted(member.name for member in party.members if member.cost_by_activity is None)
        if unknown:
            enter = ngettext(
                "Enter the costs of %(names)s by activity.", "Enter the costs of %(names)s by activity.", len(unknown)
            )
            ways.append(enter % {"names": words.both(unknown)})
        return ways

    def check(self, party: Party) -> Verdict:
        ways = self.missing(party)
        if ways or party.grant is None:
            return Verdict(None, _("The highest grant is not known"), " ".join(ways))
        limit = sum(
            (
                cost * self.share_of(member, activity, party)
                for member in party.members
                for activity, cost in (member.cost_by_activity or {}).items()
            ),
            Decimal(0),
        )
        return _within(party.grant, limit)


class FlatIntensity(Intensity):
    """The call's own shares, the same for everyone."""

    kind = "flat_intensity"
    title = gettext_lazy("Share by activity")
    order = 50

    class Form(forms.Form):
        shares = RowsField(
            [
                Column(
                    "activity",
                    forms.ChoiceField(label=gettext_lazy("Activity"), choices=[("", "–"), *Activity.choices]),
                ),
                Column("share", PercentField(label=gettext_lazy("At most, in percent of the cost"))),
            ],
            unique="activity",
            label=gettext_lazy("Highest share of aid"),
        )

    def read(self, given: Values) -> None:
        self.shares = {Activity(row.text("activity")): row.decimal("share") for row in given.rows("shares")}

    def explain(self) -> str:
        parts = [
            _("%(share)s for %(activity)s") % {"share": percent(share), "activity": str(activity.label).lower()}
            for activity, share in self.shares.items()
        ]
        return _("Of the cost, aid covers at most %(shares)s.") % {"shares": words.both(parts)}

    def share_of(self, member: Member, activity: str, party: Party) -> Decimal:
        return {each.value: share for each, share in self.shares.items()}.get(activity, Decimal(0))


class IntensityByTable(Intensity):
    """The shares of the call's version of the tables of aid, by activity, size and bonuses."""

    kind = "intensity_by_table"
    title = gettext_lazy("Share by activity and size")
    order = 51
    needs_aid = True

    class Form(forms.Form):
        activities = forms.MultipleChoiceField(
            label=gettext_lazy("Activities that are aided"),
            choices=[choice for choice in Activity.choices if choice[0] != Activity.DISSEMINATION],
            widget=forms.CheckboxSelectMultiple,
        )

    def read(self, given: Values) -> None:
        self.activities = [Activity(activity) for activity in given.texts("activities")]
        if self.aid is None:
            raise ValueError("the call has no table of aid")
        self.table = self.aid
        for activity in self.activities:
            self.table.tables["intensity"][activity]

    def explain(self) -> str:
        lowest, highest = self.bounds()
        return _("Of the cost, aid covers %(lowest)s to %(highest)s, by activity, size and bonuses (%(table)s).") % {
            "lowest": percent(lowest),
            "highest": percent(highest),
            "table": validity(self.table),
        }

    def bounds(self) -> tuple[Decimal, Decimal]:
        """The lowest share without any bonus, and the highest with all."""
        sizes = self.table.tables["intensity"]
        bonuses = list(self.table.tables["bonuses"])
        pairs = [(activity, size) for activity in self.activities for size in sizes[activity]]
        lowest = min(aid_share(self.table, activity=activity, size=size).share for activity, size in pairs)
        highest = max(
            aid_share(self.table, activity=activity, size=size, bonuses=bonuses).share for activity, size in pairs
        )
        return lowest, highest

    def missing(self, party: Party) -> list[str]:
        unknown = sorted(member.name for member in party.members if member.is_sme is None)
        if not unknown:
            return super().missing(party)
        enter = ngettext("Enter the size of %(names)s.", "Enter the sizes of %(names)s.", len(unknown))
        return [enter % {"names": words.both(unknown)}, *super().missing(party)]

    def share_of(self, member: Member, activity: str, party: Party) -> Decimal:
        """Organisations that are no enterprise have no size: they get no bonus for it."""
        if activity not in self.activities:
            return Decimal(0)
        size = member.size if member.kind == "enterprise" and member.size else "large"
        return aid_share(self.table, activity=activity, size=size, bonuses=party.bonuses or frozenset()).share

    def check(self, party: Party) -> Verdict:
        verdict = super().check(party)
        if verdict.met is None or self.table.holds_on(party.award_on):
            return verdict
        note = _("provisional: the version of the day of the award decides")
        return Verdict(verdict.met, f"{verdict.text} ({note})", verdict.way_on)
