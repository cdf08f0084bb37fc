"""Sign-offs, sending, withdrawing, receipts and protocol numbers."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from district_portal.shared.access import access
from district_portal.shared.arrival import moment_of_arrival
from projects import permissions
from projects.forms.sending import ProtocolForm, SignOffForm, WithdrawalForm
from projects.models import Network, Partner, ProposalVersion, Submission
from projects.operations import sending as operations
from projects.operations import signing
from projects.panels import sending as panels
from projects.panels.history import compared
from projects.views.questions import Question
from projects.views.rows import visible_network

SEND = Question(
    gettext_lazy("Send the proposal to the Region?"),
    gettext_lazy(
        "It is sent exactly as every partner has signed it off. You get a receipt with its number and moment. "
        "Until the deadline you can withdraw it and send it again."
    ),
    gettext_lazy("Send to the Region"),
    "proposal_send",
)
WITHDRAW = Question(
    gettext_lazy("Withdraw the proposal?"),
    gettext_lazy("It does not count any more. Until the deadline it can be sent again, changed or as it is."),
    gettext_lazy("Withdraw the proposal"),
    "submission_withdraw",
    danger=True,
)
FOR_GOOD = gettext_lazy(
    "The deadline has passed: a proposal that is withdrawn now cannot be sent again, and the Region is told."
)
UNSIGN = Question(
    gettext_lazy("Take the sign-off back?"),
    gettext_lazy("The proposal cannot be sent until you sign off again. The lead is told."),
    gettext_lazy("Take the sign-off back"),
    "sign_off_withdraw",
    danger=True,
)


def _partner(request: HttpRequest, uuid: UUID, pk: int) -> Partner:
    partners = Partner.objects.filter(network__in=Network.objects.visible_to(request.user).values("pk"))
    return get_object_or_404(
        partners.select_related("network__call", "network__district", "organisation"), network=uuid, pk=pk
    )


def _submission(request: HttpRequest, uuid: UUID, number: str) -> Submission:
    visible = Submission.objects.filter(network__in=Network.objects.visible_to(request.user).values("pk"))
    rows = visible.select_related("network__call", "network__district", "sent_by", "previous", "version")
    rows = rows.select_related("withdrawal__withdrawn_by", "protocol__recorded_by")
    return get_object_or_404(
        rows.defer("content", "previous__content", "version__content"), network=uuid, number=number
    )


def _page(network: Network) -> str:
    return reverse("projects:sending", args=[network.pk])


def _ask(
    request: HttpRequest, network: Network, question: Question, *, url: str = "", form: Form | None = None
) -> HttpResponse:
    url = url or reverse(f"projects:{question.name}", args=[network.pk])
    context = {"network": network, "question": question, "url": url, "form": form, "back": _page(network)}
    status = 422 if form is not None and form.is_bound and not form.is_valid() else 200
    return render(request, "projects/sending_confirm.html", context, status=status)


# --- Sign-offs -----------------------------------------------------------------------------------------------------


@require_safe
@access(permissions.can_see_network, on=visible_network)
def sending(request: HttpRequest, network: Network) -> HttpResponse:
    return render(request, "projects/sending.html", panels.sending(network, request.user, timezone.now()))


@require_POST
@access(permissions.can_lead_network, on=visible_network)
def sign_offs_ask(request: HttpRequest, network: Network) -> HttpResponse:
    asked = signing.ask_for_sign_offs(network, actor=request.user)
    words = ngettext("%(count)s partner is asked to sign off.", "%(count)s partners are asked to sign off.", len(asked))
    messages.success(request, words % {"count": len(asked)})
    return redirect(_page(network))


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_sign_off, on=_partner)
def sign_off(request: HttpRequest, partner: Partner) -> HttpResponse:
    if request.method != "POST":
        version = signing.version_to_sign(partner.network, actor=request.user)
        return _to_sign(request, partner, version)
    form = SignOffForm(request.POST)
    if not form.is_valid():
        version = signing.version_to_sign(partner.network, actor=request.user)
        return _to_sign(request, partner, version, form=form, status=422)
    try:
        signing.sign_off(partner, digest=form.cleaned_data["digest"], actor=request.user)
    except signing.StaleSignOff as stale:
        return _to_sign(request, partner, stale.now, stale=stale, status=409)
    messages.success(request, _("Signed off for %(name)s.") % {"name": partner.organisation.name})
    return redirect(_page(partner.network))


def _to_sign(
    request: HttpRequest,
    partner: Partner,
    version: ProposalVersion,
    *,
    stale: signing.StaleSignOff | None = None,
    form: SignOffForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """What is signed: the version with its digest, what changed since the partner's last one, its own costs."""
    network = partner.network
    last = partner.sign_offs.select_related("version").order_by("-signed_at", "-pk").first()
    since = stale.shown if stale else last.version if last else None
    context = panels.to_sign(partner, version, request.user, timezone.now()) | {
        "since": since,
        "groups": compared(network, since, version) if since and since != version else [],
        "stale": stale,
        "last": last,
        "form": form or SignOffForm(initial={"digest": version.digest}),
    }
    return render(request, "projects/sign_off.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_sign_off, on=_partner)
def sign_off_withdraw(request: HttpRequest, partner: Partner) -> HttpResponse:
    if request.method == "POST":
        signing.withdraw_sign_off(partner, actor=request.user)
        messages.success(request, _("The sign-off is taken back. The lead has a message."))
        return redirect(_page(partner.network))
    title = _("Take the sign-off of %(name)s back?") % {"name": partner.organisation.name}
    url = reverse("projects:sign_off_withdraw", args=[partner.network_id, partner.pk])
    return _ask(request, partner.network, replace(UNSIGN, title=title), url=url)


# --- Sending -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_lead_network, on=visible_network)
def proposal_send(request: HttpRequest, network: Network) -> HttpResponse:
    moment = moment_of_arrival()
    if request.method != "POST":
        operations.check_stage(network, network.call)
        return _ask(request, network, SEND)
    submission = operations.send_proposal(network, actor=request.user, moment=moment)
    messages.success(request, _("Sent. The receipt number is %(number)s.") % {"number": submission.number})
    return redirect("projects:receipt", network.pk, submission.number)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_lead_network, on=visible_network)
def submission_withdraw(request: HttpRequest, network: Network) -> HttpResponse:
    moment = moment_of_arrival()
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        question = WITHDRAW if network.call.is_open_at(moment) else replace(WITHDRAW, text=FOR_GOOD)
        return _ask(request, network, question, form=form)
    operations.withdraw_submission(network, reason=form.cleaned_data["reason"], actor=request.user, moment=moment)
    messages.success(request, _("The proposal is withdrawn. Every member of the network has a message."))
    return redirect(_page(network))


# --- Receipts ------------------------------------------------------------------------------------------------------


@require_safe
@access(permissions.can_see_submission, on=_submission)
def receipt(request: HttpRequest, submission: Submission) -> HttpResponse:
    return render(request, "projects/receipt.html", panels.receipt(submission, request.user, timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_record_protocol, on=_submission)
def protocol_record(request: HttpRequest, submission: Submission) -> HttpResponse:
    protocol = getattr(submission, "protocol", None)
    initial = {"number": protocol.number, "received_on": protocol.received_on} if protocol else {}
    form = ProtocolForm(request.POST if request.method == "POST" else None, initial=initial, sent=submission)
    if not form.is_valid():
        context = {"network": submission.network, "submission": submission, "form": form}
        return render(request, "projects/sending_protocol.html", context, status=422 if form.is_bound else 200)
    operations.record_protocol(submission, **form.cleaned_data, actor=request.user)
    messages.success(request, _("The protocol number is recorded. Every member of the network has a message."))
    return redirect("projects:receipt", submission.network_id, submission.number)
