"""Receipts verified by anyone who has their code. Neither title nor names are told."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from district_portal.shared.access import access, public
from district_portal.shared.limits import limited
from projects.forms.sending import CodeForm, CompareForm
from projects.models import Submission
from projects.operations.verification import find_receipt, hash_of, is_intact, what_it_is


@require_http_methods(["GET", "HEAD", "POST"])
@access(public)
@limited("verification")
def verify(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "projects/verify.html", {"form": form}, status=422 if form.is_bound else 200)
    found = find_receipt(form.cleaned_data["code"])
    if found is None:
        return _unknown(request, form.cleaned_data["code"])
    return redirect("projects:verify_code", found.code)


@require_http_methods(["GET", "HEAD", "POST"])
@access(public)
@limited("verification")
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """What the receipt says, and whether a hash or a file is part of what was sent."""
    submission = find_receipt(code)
    if submission is None:
        return _unknown(request, code)
    bound = request.method == "POST"
    form = CompareForm(request.POST, request.FILES) if bound else CompareForm()
    compared = _compare(submission, form) if bound and form.is_valid() else None
    context = {
        "submission": submission,
        "intact": is_intact(submission),
        "withdrawal": getattr(submission, "withdrawal", None),
        "protocol": getattr(submission, "protocol", None),
        "form": form,
        "compared": compared,
    }
    return render(request, "projects/verify_code.html", context, status=422 if bound and not form.is_valid() else 200)


def _compare(submission: Submission, form: CompareForm) -> dict[str, str | None]:
    file = form.cleaned_data["file"]
    digest = hash_of(file.chunks()) if file else form.cleaned_data["digest"]
    return {"digest": digest, "what": what_it_is(submission, digest)}


def _unknown(request: HttpRequest, code: str) -> HttpResponse:
    form = CodeForm(initial={"code": code})
    return render(request, "projects/verify.html", {"form": form, "unknown": code[:40]}, status=404)
