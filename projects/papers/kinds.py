"""The documents of a network and of its submissions."""

from __future__ import annotations

from django.utils.translation import gettext as _

from projects.models import Paper, Submission
from projects.papers.package import make_package
from projects.papers.proposal import make_proposal, make_sent_proposal
from projects.papers.receipt import make_receipt
from projects.papers.registry import PaperKind


def _of_network(paper: Paper) -> str:
    return _("Proposal %(title)s") % {"title": paper.network.title}


def _number(paper: Paper) -> str:
    return Submission.objects.values_list("number", flat=True).get(pk=paper.about)


def _of_submission(paper: Paper) -> str:
    return _("Proposal as sent, %(number)s") % {"number": _number(paper)}


def _receipt(paper: Paper) -> str:
    return _("Receipt %(number)s") % {"number": _number(paper)}


def _package(paper: Paper) -> str:
    return _("Package to hand over, %(number)s") % {"number": _number(paper)}


KINDS = [
    PaperKind("proposal", "pdf", _of_network, make_proposal),
    PaperKind("sent_proposal", "pdf", _of_submission, make_sent_proposal),
    PaperKind("receipt", "pdf", _receipt, make_receipt),
    PaperKind("package", "zip", _package, make_package),
]
