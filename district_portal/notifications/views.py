"""The inbox."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from district_portal.notifications.models import InboxItem
from district_portal.shared.access import access, signed_in
from district_portal.shared.pagination import keyset_page


@require_safe
@access(signed_in)
def inbox(request: HttpRequest) -> HttpResponse:
    items = InboxItem.objects.visible_to(request.user).only(
        "title_it", "title_en", "text_it", "text_en", "created_at", "read_at", "user_id"
    )
    if request.GET.get("show") == "unread":
        items = items.filter(read_at=None)
    page = keyset_page(items, ["-created_at", "-pk"], request.GET.get("cursor"))
    return render(
        request, "notifications/inbox.html", {"page": page, "only_unread": request.GET.get("show") == "unread"}
    )


def own_item(request: HttpRequest, pk: int) -> InboxItem:
    return get_object_or_404(InboxItem.objects.visible_to(request.user), pk=pk)


@require_GET
@access(signed_in, on=own_item)
def item(request: HttpRequest, item: InboxItem) -> HttpResponse:
    """Reading a message is what marks it as read."""
    if item.read_at is None:
        InboxItem.objects.filter(pk=item.pk, read_at=None).update(read_at=timezone.now())
    link = f"/{get_language() or settings.LANGUAGE_CODE}{item.path}" if item.path else ""
    return render(request, "notifications/item.html", {"item": item, "link": link})


@require_POST
@access(signed_in)
def read_all(request: HttpRequest) -> HttpResponse:
    InboxItem.objects.visible_to(request.user).filter(read_at=None).update(read_at=timezone.now())
    messages.success(request, _("All messages are marked as read."))
    return redirect("notifications:inbox")
