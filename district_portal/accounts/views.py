"""The person's own name and language."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from district_portal.accounts.forms import ProfileForm
from district_portal.accounts.models import User
from district_portal.shared.access import access, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@access(signed_in)
def account_profile(request: HttpRequest) -> HttpResponse:
    """Change name and language; the answer comes in the language that was chosen."""
    # A row of its own: a refused form must not rename the person in the head of the page.
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=person)
    if not (form.is_bound and form.is_valid()):
        return render(request, "account/profile.html", {"form": form}, status=422 if form.is_bound else 200)
    form.save()
    with translation.override(person.language):
        messages.success(request, _("Your profile is saved."))
        response = HttpResponseRedirect(reverse("account_profile"))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        person.language,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@access(signed_in)
def account_session(request: HttpRequest) -> HttpResponse:
    """How long the session lasts (seconds), and a token for forms that were opened before; POST renews it.

    Asked by `static/portal/session.js`. After signing in again in another tab, older forms need the new token.
    """
    if request.method == "POST":
        request.session.modified = True
        left = request.session.get_expiry_age()
    else:
        ends = Session.objects.values_list("expire_date", flat=True).get(pk=request.session.session_key)
        left = int((ends - timezone.now()).total_seconds())
    return JsonResponse({"seconds": left, "token": get_token(request)})
