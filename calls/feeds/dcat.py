"""The description of the data set of calls in DCAT-AP_IT, as JSON-LD."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

EU = "http://publications.europa.eu/resource/authority"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatapit": "http://dati.gov.it/onto/dcatapit#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
TITLE = {"it": "Bandi del programma delle reti di distretto", "en": "Calls of the district networking programme"}
DESCRIPTION = {
    "it": "Tutti i bandi pubblicati e quelli previsti, con area, obiettivo specifico, tipo di richiedente, sostegno "
    "totale, data di inizio e di fine (regolamento (UE) 2021/1060, articolo 49, paragrafo 2).",
    "en": "All published calls and those that are planned, with area, specific objective, type of applicant, total "
    "support, start and end date (Regulation (EU) 2021/1060, article 49(2)).",
}
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
FORMATS = {"json": "JSON", "csv": "CSV"}
"""Of each file: its code in the vocabulary of file types of the EU."""


def description(modified: datetime | None) -> dict[str, Any]:
    """The catalogue, its data set, the files, who holds the rights and under which licence."""
    day = {"@type": "xsd:date", "@value": timezone.localdate(modified).isoformat() if modified else "1970-01-01"}
    files = [_distribution(name) for name in FORMATS]
    return {
        "@context": CONTEXT,
        "@graph": [_catalogue(day), _dataset(day), *files, _holder(), _contact(), _licence()],
    }


def _id(name: str) -> str:
    return f"{settings.PORTAL_URL}/opendata/#{name}"


def _both(texts: dict[str, str]) -> list[dict[str, str]]:
    return [{"@language": language, "@value": text} for language, text in texts.items()]


def _page() -> dict[str, str]:
    with translation.override("it"):
        return {"@id": settings.PORTAL_URL + reverse("opendata")}


def _catalogue(day: dict[str, str]) -> dict[str, Any]:
    name = {"it": f"Dati aperti di {settings.PORTAL_NAME}", "en": f"Open data of {settings.PORTAL_NAME}"}
    return {
        "@id": _id("catalogue"),
        "@type": ["dcatapit:Catalog", "dcat:Catalog"],
        "dct:title": _both(name),
        "dct:description": _both(name),
        "dct:publisher": {"@id": _id("holder")},
        "dct:modified": day,
        "foaf:homepage": _page(),
        "dct:language": [{"@id": f"{EU}/language/{code}"} for code in ("ITA", "ENG")],
        "dcat:themeTaxonomy": {"@id": f"{EU}/data-theme"},
        "dcat:dataset": [{"@id": _id("calls")}],
    }


def _dataset(day: dict[str, str]) -> dict[str, Any]:
    return {
        "@id": _id("calls"),
        "@type": ["dcatapit:Dataset", "dcat:Dataset"],
        "dct:identifier": f"{settings.INSTITUTION_CODE}:district-calls",
        "dct:title": _both(TITLE),
        "dct:description": _both(DESCRIPTION),
        "dct:modified": day,
        "dcat:theme": [{"@id": f"{EU}/data-theme/{code}"} for code in ("ECON", "TECH")],
        "dct:rightsHolder": {"@id": _id("holder")},
        "dct:publisher": {"@id": _id("holder")},
        "dct:accrualPeriodicity": {"@id": f"{EU}/frequency/CONT"},
        "dct:language": [{"@id": f"{EU}/language/{code}"} for code in ("ITA", "ENG")],
        "dcat:contactPoint": {"@id": _id("contact")},
        "dcat:landingPage": _page(),
        "dcat:distribution": [{"@id": _id(f"calls-{name}")} for name in FORMATS],
    }


def _distribution(name: str) -> dict[str, Any]:
    address = {"@id": settings.PORTAL_URL + reverse(f"opendata_calls_{name}")}
    return {
        "@id": _id(f"calls-{name}"),
        "@type": ["dcatapit:Distribution", "dcat:Distribution"],
        "dct:title": _both({language: f"{text} ({FORMATS[name]})" for language, text in TITLE.items()}),
        "dcat:accessURL": address,
        "dcat:downloadURL": address,
        "dct:format": {"@id": f"{EU}/file-type/{FORMATS[name]}"},
        "dct:license": {"@id": LICENCE},
    }


def _holder() -> dict[str, Any]:
    return {
        "@id": _id("holder"),
        "@type": ["dcatapit:Agent", "foaf:Agent"],
        "dct:identifier": settings.INSTITUTION_CODE,
        "foaf:name": settings.INSTITUTION_NAME,
    }


def _contact() -> dict[str, Any]:
    return {
        "@id": _id("contact"),
        "@type": ["dcatapit:Organization", "vcard:Organization"],
        "vcard:fn": settings.INSTITUTION_NAME,
        "vcard:hasEmail": {"@id": f"mailto:{settings.CONTACT_EMAIL}"},
    }


def _licence() -> dict[str, Any]:
    return {
        "@id": LICENCE,
        "@type": ["dcatapit:LicenseDocument", "dct:LicenseDocument"],
        "dct:type": {"@id": "http://purl.org/adms/licencetype/Attribution"},
        "dct:identifier": LICENCE,
        "foaf:name": "Creative Commons Attribution 4.0 International (CC BY 4.0)",
        "owl:versionInfo": "4.0",
    }
