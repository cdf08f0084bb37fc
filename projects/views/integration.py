"""Sending what the Region asked for in an integration round."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from district_portal.shared.access import access
from district_portal.shared.arrival import moment_of_arrival
from projects import permissions
from projects.models import Network
from projects.operations.integration import answer_integration
from projects.views.questions import Question
from projects.views.rows import visible_network

ANSWER = Question(
    gettext_lazy("Send the integration to the Region?"),
    gettext_lazy(
        "It can be sent once. You get a receipt with its number and moment, and the sections are locked again."
    ),
    gettext_lazy("Send the integration"),
    "integration_answer",
)


@require_http_methods(["GET", "HEAD", "POST"])
@access(permissions.can_lead_network, on=visible_network)
def integration_answer(request: HttpRequest, network: Network) -> HttpResponse:
    moment = moment_of_arrival()
    if request.method != "POST":
        back = reverse("projects:sending", args=[network.pk])
        url = reverse("projects:integration_answer", args=[network.pk])
        context = {"network": network, "question": ANSWER, "url": url, "form": None, "back": back}
        return render(request, "projects/sending_confirm.html", context)
    submission = answer_integration(network, actor=request.user, moment=moment)
    messages.success(request, _("Sent. The receipt number is %(number)s.") % {"number": submission.number})
    return redirect("projects:receipt", network.pk, submission.number)
