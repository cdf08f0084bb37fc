"""In how many networks of the same call an organisation may take part."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.rules import words
from calls.rules.base import Member, Party, Rule, Scope, Verdict
from calls.rules.values import Values


class NetworksPerOrganisation(Rule):
    """Living networks count: neither withdrawn nor refused."""

    kind = "networks_per_organisation"
    title = gettext_lazy("Networks that one organisation may join")
    scope = Scope.WHO
    order = 30
    asked = False

    class Form(forms.Form):
        most = forms.IntegerField(label=gettext_lazy("Networks of this call, at most"), min_value=1, max_value=20)

    def read(self, given: Values) -> None:
        self.most = given.number("most")

    def explain(self) -> str:
        sentence = ngettext(
            "An organisation takes part in at most %(count)s network of this call.",
            "An organisation takes part in at most %(count)s networks of this call.",
            self.most,
        )
        return sentence % {"count": self.most}

    def check(self, party: Party) -> Verdict:
        members = sorted(party.members, key=lambda member: member.name)
        beyond = [member for member in members if len(member.other_networks or ()) + 1 > self.most]
        unknown = [member.name for member in members if member.other_networks is None]
        text = _("%(count)s of %(wanted)s") % {
            "count": len(members) - len(beyond) - sum(name not in {each.name for each in beyond} for name in unknown),
            "wanted": words.organisations(len(members)),
        }
        if beyond:
            return Verdict(False, text, " ".join(self._leave(member) for member in beyond))
        if unknown:
            way_on = _("Find out in which other networks of this call %(names)s takes part.")
            return Verdict(None, text, way_on % {"names": words.both(unknown)})
        return Verdict(True, text)

    def _leave(self, member: Member) -> str:
        others = member.other_networks or ()
        known = [f"“{title}”" for title in sorted(others) if title]
        hidden = len(others) - len(known)
        if hidden:
            more = ngettext("%(count)s network that is not public", "%(count)s networks that are not public", hidden)
            known.append(more % {"count": hidden})
        much = len(others) + 1 - self.most
        sentence = ngettext(
            "%(name)s is also in %(networks)s: it must leave %(count)s of its networks.",
            "%(name)s is also in %(networks)s: it must leave %(count)s of its networks.",
            much,
        )
        return sentence % {"name": member.name, "networks": words.both(known), "count": much}
