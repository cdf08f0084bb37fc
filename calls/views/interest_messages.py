"""Writing to some of the interested organisations: choose and write, look at it, send."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from calls.filters.interests import InterestFilter
from calls.forms.interest_message import InterestMessageForm
from calls.models import Call, Interest
from calls.operations.interest_messages import send_interest_message
from calls.permissions import can_see_interests
from calls.views.rows import visible_call
from district_portal.accounts.models import User
from district_portal.shared.access import access
from district_portal.shared.limits import limited
from enterprises.models import Membership, Organisation

DAY = 24 * 3600


@require_safe
@access(can_see_interests, on=visible_call)
def interest_message(request: HttpRequest, call: Call) -> HttpResponse:
    """`organisation` (repeatable): whom to write to; with `everyone` all that the list's filters show."""
    chosen = request.GET.getlist("organisation")
    if "everyone" in request.GET:
        chosen = list(InterestFilter(request.GET, call, request.user).qs.values_list("organisation__slug", flat=True))
    form = InterestMessageForm(interested=_interested(request, call), chosen=chosen)
    return _message_page(request, call, form)


@require_POST
@access(can_see_interests, on=visible_call)
def interest_message_preview(request: HttpRequest, call: Call) -> HttpResponse:
    """The message as it will be sent, to whom, and the button that sends it; with `change` the form again."""
    form = _sent_form(request, call)
    if not form.is_valid():
        return _message_page(request, call, form, status=422)
    if "change" in request.POST:
        return _message_page(request, call, form)
    organisations = form.cleaned_data["organisation"]
    owners = Membership.objects.current().owners().filter(organisation__in=organisations, user__is_active=True)
    reached = set(owners.values_list("organisation", flat=True))
    context = {
        "call": call,
        "form": form,
        "people": User.objects.filter(memberships__in=owners).distinct().count(),
        "organisations": organisations,
        "unreached": [organisation for organisation in organisations if organisation.pk not in reached],
    }
    return render(request, "calls/interest_message_confirm.html", context)


@require_POST
@access(can_see_interests, on=visible_call)
@limited("interest_message", DAY)
def interest_message_send(request: HttpRequest, call: Call) -> HttpResponse:
    form = _sent_form(request, call)
    if not form.is_valid():
        return _message_page(request, call, form, status=422)
    told = form.cleaned_data
    message = send_interest_message(
        call,
        actor=request.user,
        key=told["key"],
        subject=told["subject"],
        text=told["text"],
        organisations=told["organisation"],
    )
    number = message.organisations.count()
    sent = ngettext("Sent to %(number)s organisation", "Sent to %(number)s organisations", number)
    messages.success(request, sent % {"number": number})
    return redirect("calls:interests", call.slug)


def _interested(request: HttpRequest, call: Call) -> list[Organisation]:
    """Whom the facilitator may write to."""
    interests = Interest.objects.in_full_to(request.user).filter(call=call).active()
    return list(Organisation.objects.filter(pk__in=interests.values("organisation")).order_by("name"))


def _sent_form(request: HttpRequest, call: Call) -> InterestMessageForm:
    chosen = request.POST.getlist("organisation")
    return InterestMessageForm(request.POST, interested=_interested(request, call), chosen=chosen)


def _message_page(request: HttpRequest, call: Call, form: InterestMessageForm, status: int = 200) -> HttpResponse:
    return render(request, "calls/interest_message.html", {"call": call, "form": form}, status=status)
