"""The Region's ranking of a call: drafts, publication, later funding, waivers, projects, computing again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from assessment.forms.panel import PublishedReasonForm, WaiverForm
from assessment.forms.ranking import DraftForm
from assessment.inputs import in_selection
from assessment.models import Assessment, Ranking
from assessment.operations.funding import make_projects, record_waiver
from assessment.operations.publication import publish_ranking, reword_exclusion, what_changed
from assessment.operations.ranking import discard_ranking, draft_later_funding, draft_ranking, published_of
from assessment.operations.reproduction import compute_again
from assessment.panels.frame import call_frame
from assessment.panels.ranking import columns, lines_of, parts, prepared, shown, totals, waiting, way_down
from assessment.permissions import (
    can_read_ranking,
    can_read_selection,
    can_run_assessment,
    can_run_ranking,
    can_run_selection,
)
from assessment.states import AssessmentState, RankingState
from assessment.views.panel_rows import panel_assessment, staff_ranking, the_call
from calls.models import Call
from district_portal.reports.lists import list_answer
from district_portal.shared.access import access
from district_portal.shared.errors import DomainError
from projects.models import Project

ORDER = ["place", "pk"]


@require_safe
@access(can_read_selection, on=the_call)
def ranking(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The draft, else the published ranking, else what can be done towards one; `?number=` shows another."""
    found = _shown_ranking(call, request.GET.get("number", ""))
    context: dict[str, Any] = {
        **call_frame(call, request.user, "ranking"),
        "ranking": found,
        "versions": call.rankings.select_related("made_by", "published_by").order_by("-number"),
        "may_run": can_run_selection(request.user, call),
        "assessing": in_selection(call),
    }
    if found is None:
        context["waiting"] = waiting(call)
    else:
        if answer := list_answer(request, prepared(found), order=ORDER, columns=columns(found)):
            return answer
        ranked, excluded = parts(shown(found, lines_of(found)))
        context |= {"ranked": ranked, "excluded": excluded, "totals": totals(found), **_may(found, request)}
    return render(request, "assessment/ranking.html", context)


def _shown_ranking(call: Call, number: str) -> Ranking | None:
    rankings = call.rankings.select_related("call", "made_by", "published_by")
    if number:
        return get_object_or_404(rankings, number=int(number) if number.isdecimal() and len(number) < 5 else 0)
    standing = rankings.filter(state__in=[RankingState.DRAFT, RankingState.PUBLISHED])
    return standing.order_by("-number").first()


def _may(found: Ranking, request: HttpRequest) -> dict[str, Any]:
    """What the reader may do with this ranking now, and what has changed since its draft."""
    draft = found.state == RankingState.DRAFT
    funded = Assessment.objects.filter(network__call=found.call, state=AssessmentState.FUNDED)
    return {
        "changes": what_changed(found, published_of(found.call)) if draft else [],
        "rewords": draft and not found.later and can_run_selection(request.user, found.call),
        "mine": draft and found.made_by_id == request.user.pk,
        "without_project": 0
        if draft or found.state != RankingState.PUBLISHED
        else funded.exclude(network__in=Project.objects.filter(network__isnull=False).values("network")).count(),
    }


# --- Drafts ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_run_selection, on=the_call)
def ranking_draft(request: HttpRequest, call: Call) -> HttpResponse:
    """The first ranking."""
    form = DraftForm(request.POST if request.method == "POST" else None, initial={"budget": call.budget})
    if not form.is_valid():
        return _draft_page(request, call, form, later=False)
    try:
        made = draft_ranking(call, actor=request.user, **form.cleaned_data)
    except DomainError as refusal:
        return _draft_page(request, call, form, later=False, refused=refusal.message)
    return _drafted(request, made)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_run_selection, on=the_call)
def later_funding(request: HttpRequest, call: Call) -> HttpResponse:
    """The next ones down the published ranking."""
    published = published_of(call)
    start = {"budget": published.budget if published else None}
    form = DraftForm(request.POST if request.method == "POST" else None, initial=start)
    if not form.is_valid():
        return _draft_page(request, call, form, later=True)
    try:
        made = draft_later_funding(call, actor=request.user, **form.cleaned_data)
    except DomainError as refusal:
        return _draft_page(request, call, form, later=True, refused=refusal.message)
    return _drafted(request, made)


def _draft_page(request: HttpRequest, call: Call, form: DraftForm, *, later: bool, refused: str = "") -> HttpResponse:
    """`refused`: why no draft was made; what was typed stays on the page."""
    published = published_of(call) if later else None
    context = {
        "form": form,
        "later": later,
        "refused": refused,
        "down": way_down(published) if published else None,
        "waiting": [] if later else waiting(call),
        **call_frame(call, request.user, "ranking"),
    }
    status = 409 if refused else 422 if form.is_bound else 200
    return render(request, "assessment/ranking_draft.html", context, status=status)


def _drafted(request: HttpRequest, made: Ranking) -> HttpResponse:
    messages.success(request, _("The draft is made. A second person of the Region gets a message, and publishes it."))
    return redirect("assessment:ranking", slug=made.call.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_run_ranking, on=staff_ranking)
def ranking_discard(request: HttpRequest, found: Ranking) -> HttpResponse:
    if request.method != "POST":
        return _confirm(
            request,
            found.call,
            title=_("Discard this draft?"),
            text=_("It stays in the journal, and another draft can be made."),
            url=reverse("assessment:ranking_discard", args=[found.pk]),
            button=_("Discard the draft"),
            danger=True,
        )
    discard_ranking(found, actor=request.user)
    messages.success(request, _("The draft is discarded."))
    return redirect("assessment:ranking", slug=found.call.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_run_ranking, on=staff_ranking)
def ranking_publish(request: HttpRequest, found: Ranking) -> HttpResponse:
    if request.method != "POST":
        if found.state != RankingState.DRAFT or found.made_by_id == request.user.pk:
            return redirect("assessment:ranking", slug=found.call.slug)  # says how it stands, or who may publish
        return _confirm(
            request,
            found.call,
            title=_("Publish this ranking?"),
            text=_(
                "Everyone can read it from then on, every member of every ranked network is told, and the letters are "
                "made. It cannot be taken back."
            ),
            url=reverse("assessment:ranking_publish", args=[found.pk]),
            button=_("Publish the ranking"),
            page="assessment/ranking_publish.html",
            excluded=parts(shown(found, lines_of(found), short=True))[1],
            totals=totals(found),
            ranking=found,
        )
    publish_ranking(found, actor=request.user)
    messages.success(request, _("The ranking is published. The networks are told, and the letters are being made."))
    return redirect("assessment:ranking", slug=found.call.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_run_assessment, on=panel_assessment)
def reword(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """The reason of an exclusion as everyone will read it."""
    last = assessment.journal.filter(to_state=assessment.state).order_by("pk").last()
    start = {"reason": last.reason if last else ""}
    form = PublishedReasonForm(request.POST if request.method == "POST" else None, initial=start)
    if not form.is_valid():
        return _confirm(
            request,
            assessment.network.call,
            title=_("Reason of “%(network)s” as published") % {"network": assessment.network},
            text=_(
                "The list of exclusions shows this wording. The letter to the network and the journal keep the reason "
                "of the decision. A draft of the ranking no longer holds then."
            ),
            url=reverse("assessment:reword", args=[assessment.pk]),
            button=_("Save the wording"),
            form=form,
        )
    reword_exclusion(assessment, reason=form.cleaned_data["reason"], actor=request.user)
    messages.success(request, _("The wording is saved. The next draft of the ranking shows it."))
    return redirect("assessment:ranking", slug=assessment.network.call.slug)


# --- After the publication -------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_run_ranking, on=staff_ranking)
def ranking_projects(request: HttpRequest, found: Ranking) -> HttpResponse:
    if request.method != "POST":
        return _confirm(
            request,
            found.call,
            title=_("Make projects of the funded networks?"),
            text=_(
                "Each becomes a public page with the cost and the grant of every partner, awarded today. Networks that "
                "have their project are left as they are."
            ),
            url=reverse("assessment:ranking_projects", args=[found.pk]),
            button=_("Make the projects"),
        )
    made = make_projects(found, actor=request.user)
    words = ngettext("%(count)d project is made.", "%(count)d projects are made.", len(made))
    messages.success(request, words % {"count": len(made)})
    return redirect("assessment:ranking", slug=found.call.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@access(can_run_assessment, on=panel_assessment)
def waive(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """A funded network gives its funding back."""
    form = WaiverForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _confirm(
            request,
            assessment.network.call,
            title=_("Record that “%(network)s” gives its funding back?") % {"network": assessment.network},
            text=_(
                "Its grant is free for those further down the ranking. This cannot be undone; every member is told."
            ),
            url=reverse("assessment:waive", args=[assessment.pk]),
            button=_("Record the waiver"),
            danger=True,
            form=form,
        )
    record_waiver(assessment, reason=form.cleaned_data["reason"], actor=request.user)
    messages.success(request, _("The waiver is recorded. You can go down the ranking now."))
    return redirect("assessment:ranking", slug=assessment.network.call.slug)


@require_safe
@access(can_read_ranking, on=staff_ranking)
def ranking_check(request: HttpRequest, found: Ranking) -> HttpResponse:
    """Computed again from the frozen inputs, and from the journal."""
    checks = compute_again(found)
    context = {
        **call_frame(found.call, request.user, "ranking"),
        "ranking": found,
        "checks": checks,
        "same": all(check.same for check in checks),
    }
    return render(request, "assessment/ranking_check.html", context)


def _confirm(
    request: HttpRequest,
    call: Call,
    form: forms.Form | None = None,
    page: str = "assessment/ranking_confirm.html",
    **words: Any,
) -> HttpResponse:
    context = {
        **call_frame(call, request.user, "ranking"),
        "form": form,
        "cancel_url": reverse("assessment:ranking", args=[call.slug]),
        **words,
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, page, context, status=status)
