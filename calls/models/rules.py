"""The rules of a call as data: which kinds (`calls.rules`) with which parameters, under which tables of aid."""

from __future__ import annotations

import logging
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from calls.rules import RULES, Rule, Unreadable, in_order
from calls.rules.aid import AidVersion
from district_portal.shared.ui import localised

log = logging.getLogger(__name__)


class CallRule(models.Model):
    """One rule of a call. What its parameters mean is said by its kind's class in `calls.rules`."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="rules")
    kind = models.CharField(_("kind"), max_length=40)
    parameters = models.JSONField(_("parameters"), default=dict)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["call", "kind"], name="rule_kind_once_in_call")]

    def __str__(self) -> str:
        return f"{self.call}: {self.kind}"

    def read(self, aid: AidVersion | None = None) -> Rule:
        """The rule itself. A row that no class understands is logged as an error, and is a rule that says so."""
        try:
            return RULES[self.kind](self.parameters, aid=aid)
        except (KeyError, TypeError, ValueError, ArithmeticError):
            log.exception("rule %s of call %s can't be read: %s %s", self.pk, self.call_id, self.kind, self.parameters)
            return Unreadable({})


def rules_of(call: Call) -> list[Rule]:
    """The rules of a call in the order of the page. Lists load `rules` and `aid_table` beforehand."""
    aid = call.aid_table.version if call.aid_table else None
    return in_order([row.read(aid) for row in call.rules.all()])


class AidTableQuerySet(models.QuerySet["AidTable"]):
    def valid_on(self, day: date) -> AidTableQuerySet:
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class AidTable(models.Model):
    """One version of the aid intensities of a regulation, such as art. 25 of Regulation 651/2014 as amended in 2023.

    `tables`: `{"intensity": {activity: {size: share}}, "bonuses": {name: {"add": share, "activities": […]}},
    "cap": share}`, shares as text between "0" and "1". The version that applies is that of the day of the award.
    """

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name_it = models.CharField(_("name in Italian"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    source = models.CharField(_("source"), max_length=300)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)
    tables = models.JSONField(_("tables"))

    objects = AidTableQuerySet.as_manager()

    class Meta:
        verbose_name = _("aid table")
        verbose_name_plural = _("aid tables")
        ordering = ["valid_from", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="aid_table_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.name_it

    @property
    def version(self) -> AidVersion:
        """What `calls.rules.aid` computes with."""
        return AidVersion(self.code, localised(self, "name"), self.valid_from, self.valid_to, self.tables)
