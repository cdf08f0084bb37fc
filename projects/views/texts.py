"""The texts of a proposal: the page of all, the editor of one. Autosave is the same address, asked for JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from calls.differences import text_difference
from calls.procedure import questions_of
from district_portal.shared.access import access
from district_portal.shared.errors import DomainError
from projects import permissions
from projects.forms.texts import AnswerForm
from projects.measures import measure
from projects.models import Answer, Network
from projects.operations import locks
from projects.operations import texts as operations
from projects.operations.changes import unlocked_sections
from projects.panels import texts as panel
from projects.panels.frame import frame
from projects.panels.texts import Text
from projects.views.rows import visible_network


def _answer(request: HttpRequest, uuid: UUID, key: str) -> Answer:
    """The text of a question (`novelty`) or of one partner's (`role:12`); one that is not saved yet has version 0."""
    network = visible_network(request, uuid)
    code, _colon, whose = key.partition(":")
    question = next((each for each in questions_of(network.call) if each.code == code), None)
    if question is None or question.per_partner != bool(whose) or whose and not whose.isascii():
        raise Http404
    partner = None
    if whose:
        partners = network.partners.accepted().select_related("organisation")
        partner = get_object_or_404(partners, pk=whose if whose.isdigit() else 0)
        partner.network = network
    found = network.answers.select_related("edited_by").filter(question=code, partner=partner).first()
    found = found or Answer(network=network, question=code, version=0)
    found.network, found.partner = network, partner
    return found


def _text(answer: Answer) -> Text:
    question = next(each for each in questions_of(answer.network.call) if each.code == answer.question)
    return Text(question, answer)


@require_safe
@access(permissions.can_see_network, on=visible_network)
def proposal(request: HttpRequest, network: Network) -> HttpResponse:
    return render(request, "projects/proposal.html", panel.proposal(network, request.user, timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_write_answer, on=_answer)
def answer_edit(request: HttpRequest, answer: Answer) -> HttpResponse:
    text = _text(answer)
    if request.method == "POST":
        return _save(request, text)
    now, network = timezone.now(), answer.network
    changeable = network.editable or text.section in unlocked_sections(network)
    lock = locks.take_lock(network, text.section, actor=request.user, moment=now) if changeable else None
    form = AnswerForm(initial={"text": answer.text, "version": answer.version}, label=text.title)
    return _editor(request, text, form, lock=lock, frozen="" if changeable else panel.why_frozen(network))


def _save(request: HttpRequest, text: Text) -> HttpResponse:
    by_script = not request.accepts("text/html")
    form = AnswerForm(request.POST, label=text.title)
    if not form.is_valid():
        if by_script:
            return JsonResponse({"error": " ".join(sum(form.errors.values(), []))}, status=422)
        return _editor(request, text, form, status=422)
    typed, version = form.cleaned_data["text"], form.cleaned_data["version"]
    try:
        saved = operations.save_answer(text.answer, text=typed, version=version, title=text.title, actor=request.user)
    except operations.StaleAnswer as stale:
        return _both_as_json(stale, typed) if by_script else _both(request, text, stale, typed)
    except DomainError as refused:
        if by_script:
            raise
        # What was typed stays on the page, to be copied.
        return _editor(request, text, form, frozen=refused.message, status=409)
    if by_script:
        return JsonResponse(_saved(request, text, saved))
    locks.release_lock(saved.network, text.section, actor=request.user, moment=timezone.now())
    over = Text(text.question, saved).over
    if over:
        words = _("Saved, but %(over)s characters over the limit: the proposal cannot be sent like this.")
        messages.warning(request, words % {"over": over})
    else:
        messages.success(request, _("Saved."))
    return redirect("projects:proposal", saved.network.pk)


def _saved(request: HttpRequest, text: Text, saved: Answer) -> dict[str, Any]:
    """What the script needs to know after a save."""
    now = timezone.now()
    if request.POST.get("leaving"):
        locks.release_lock(saved.network, text.section, actor=request.user, moment=now)
    writing = saved.network.locks.held_at(now).filter(section=text.section).exclude(holder=request.user)
    other = writing.select_related("holder").first()
    at = date_format(timezone.localtime(now), "H:i")
    return {
        "version": saved.version,
        "saved": _("Saved at %(time)s") % {"time": at},
        "characters": measure(saved.text).characters,
        "over": Text(text.question, saved).over,
        "writer": _("%(name)s is writing here, too.") % {"name": other.holder} if other else "",
    }


def _both_as_json(stale: operations.StaleAnswer, typed: str) -> JsonResponse:
    theirs = stale.answer
    content = {
        "error": stale.message,
        "version": theirs.version,
        "theirs": theirs.text,
        "yours": typed,
        "by": str(theirs.edited_by or ""),
        "pieces": [{"kind": piece.kind, "text": piece.text} for piece in text_difference(theirs.text, typed)],
    }
    return JsonResponse(content, status=409)


def _both(request: HttpRequest, text: Text, stale: operations.StaleAnswer, typed: str) -> HttpResponse:
    """Both texts side by side; saving from here takes the newest version for seen."""
    theirs = stale.answer
    pieces = text_difference(theirs.text, typed)
    merging = "merge" in request.POST
    # All that either of them says, in reading order: what is double is taken out by hand.
    start = "".join(piece.text for piece in pieces) if merging else typed
    form = AnswerForm({"text": start, "version": theirs.version}, label=_("What is saved next"))
    context = frame(text.answer.network, request.user, "proposal", timezone.now()) | {
        "text": text,
        "theirs": theirs,
        "typed": typed,
        "seen": request.POST.get("version"),
        "pieces": pieces,
        "merging": merging,
        "message": stale.message,
        "form": form,
    }
    return render(request, "projects/answer_stale.html", context, status=409)


def _editor(
    request: HttpRequest, text: Text, form: AnswerForm, *, lock: Any = None, frozen: str = "", status: int = 200
) -> HttpResponse:
    network, user = text.answer.network, request.user
    context = (
        frame(network, user, "proposal", timezone.now())
        | panel.comments(network, text.section, user)
        | {
            "text": text,
            "form": form,
            "frozen": frozen,
            "lock": lock if lock and lock.holder != user else None,
            "measure": measure(form["text"].value() or ""),
        }
    )
    return render(request, "projects/answer.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_write_answer, on=_answer)
def answer_take_over(request: HttpRequest, answer: Answer) -> HttpResponse:
    """Write although somebody else does: asked again before."""
    text, network, now = _text(answer), answer.network, timezone.now()
    if request.method == "POST":
        locks.take_over_lock(network, text.section, actor=request.user, moment=now)
        return redirect(text.url)
    holder = network.locks.held_at(now).filter(section=text.section).exclude(holder=request.user).first()
    context = frame(network, request.user, "proposal", now) | {"text": text, "holder": holder and holder.holder}
    return render(request, "projects/answer_take_over.html", context)
