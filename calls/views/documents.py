"""Documents of a call."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from calls.models import CallDocument
from calls.views.rows import visible_call
from district_portal.shared.access import access, public
from district_portal.shared.ui import localised


def visible_document(request: HttpRequest, slug: str, pk: int) -> CallDocument:
    return get_object_or_404(CallDocument.objects.select_related("call"), call=visible_call(request, slug), pk=pk)


@require_safe
@access(public, on=visible_document)
def document(request: HttpRequest, row: CallDocument) -> FileResponse:
    """The file as attachment, never shown by the browser."""
    try:
        content = row.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = slugify(localised(row, "title")) or "document"
    return FileResponse(content, as_attachment=True, filename=f"{name}.{row.extension}")
