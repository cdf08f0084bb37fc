"""Lists that somebody else keeps: municipalities, activities, competences."""

from __future__ import annotations

import re

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def starting_with(self, text: str) -> MunicipalityQuerySet:
        return self.filter(name__istartswith=text.strip())

    def named(self, text: str) -> MunicipalityQuerySet:
        """Municipalities of this name; "Mirandola (MO)" or "Mirandola, MO" also names the province."""
        match = re.fullmatch(r"(?P<name>.+?)\s*(?:\(|,)\s*(?P<province>[A-Za-z]{2})\s*\)?", text.strip())
        if match is None:
            return self.filter(name__iexact=text.strip())
        return self.filter(name__iexact=match["name"], province__iexact=match["province"])


class Municipality(models.Model):
    """A municipality of ISTAT's list, with the point that places its organisations on a map."""

    istat = models.CharField(_("ISTAT code"), max_length=6, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    province = models.CharField(_("province"), max_length=2)
    nuts = models.CharField(_("NUTS code"), max_length=5, blank=True)
    latitude = models.DecimalField(max_digits=7, decimal_places=4)
    longitude = models.DecimalField(max_digits=7, decimal_places=4)

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["name", "istat"]

    def __str__(self) -> str:
        return f"{self.name} ({self.province})"


class ConceptQuerySet(models.QuerySet["Concept"]):
    def activities(self) -> ConceptQuerySet:
        return self.filter(scheme=Concept.Scheme.ATECO)

    def competences(self) -> ConceptQuerySet:
        return self.filter(scheme=Concept.Scheme.COMPETENCE)

    def named(self, text: str) -> ConceptQuerySet:
        """Concepts of this code or of this name in either language."""
        return self.filter(Q(code__iexact=text) | Q(name_it__iexact=text) | Q(name_en__iexact=text))

    def matching(self, text: str) -> ConceptQuerySet:
        """Concepts whose code starts with the text, or whose name in either language holds each of its words."""
        words = Q()
        for word in text.split():
            words &= Q(name_it__icontains=word) | Q(name_en__icontains=word)
        return self.filter(Q(code__istartswith=text.strip()) | words)


class Concept(models.Model):
    """A term of a controlled vocabulary, such as a class of ATECO 2025 or a competence of the biomedical list."""

    class Scheme(models.TextChoices):
        ATECO = "ateco", "ATECO"
        COMPETENCE = "competence", _("Competences of the portal")

    scheme = models.CharField(_("scheme"), max_length=20, choices=Scheme)
    version = models.CharField(_("version"), max_length=20)
    code = models.CharField(_("code"), max_length=40)
    name_it = models.CharField(_("name in Italian"), max_length=300)
    name_en = models.CharField(_("name in English"), max_length=300, blank=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")

    objects = ConceptQuerySet.as_manager()

    class Meta:
        verbose_name = _("concept")
        verbose_name_plural = _("concepts")
        ordering = ["scheme", "code"]
        constraints = [models.UniqueConstraint(fields=["scheme", "version", "code"], name="concept_key_unique")]

    def __str__(self) -> str:
        return self.name_it

    @property
    def key(self) -> str:
        return f"{self.scheme}:{self.version}:{self.code}"
