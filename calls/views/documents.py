"""Documents of a call, for readers: one by one, and all in one file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import cast

from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from calls.models import Call, CallDocument
from calls.views.rows import visible_call
from district_portal.shared.access import access, public
from district_portal.shared.ui import localised


def visible_document(request: HttpRequest, slug: str, pk: int) -> CallDocument:
    return get_object_or_404(CallDocument.objects.select_related("call"), call=visible_call(request, slug), pk=pk)


def _filename(row: CallDocument) -> str:
    return f"{slugify(localised(row, 'title')) or 'document'}.{row.extension}"


@require_safe
@access(public, on=visible_document)
def document(request: HttpRequest, row: CallDocument) -> FileResponse:
    """The file as attachment, never shown by the browser. Replaced and withdrawn ones stay readable."""
    try:
        content = row.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(content, as_attachment=True, filename=_filename(row))


@require_safe
@access(public, on=visible_call)
def documents_zip(request: HttpRequest, call: Call) -> StreamingHttpResponse:
    """All documents that hold now. Written while it is sent: neither memory nor disk grow with them."""
    documents = list(call.documents.current())
    if not documents or not all(row.file.storage.exists(row.file.name) for row in documents):
        raise Http404
    answer = StreamingHttpResponse(_zipped(documents), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{call.slug}.zip"'
    return answer


def _zipped(documents: Sequence[CallDocument]) -> Iterator[bytes]:
    """The bytes of the zip file, a piece for each piece that is read."""
    written = _Taken()
    with zipfile.ZipFile(cast("io.BytesIO", written), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, row in _named(documents):
            day = row.published_on
            entry = zipfile.ZipInfo(name, (max(day.year, 1980), day.month, day.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with row.file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                for chunk in source.chunks():
                    target.write(chunk)
                    yield written.take()
    yield written.take()


def _named(documents: Sequence[CallDocument]) -> Iterator[tuple[str, CallDocument]]:
    """Each document with its name in the archive; the same name twice is numbered."""
    seen: dict[str, int] = {}
    for row in documents:
        name = _filename(row)
        seen[name] = seen.get(name, 0) + 1
        stem, _dot, ending = name.rpartition(".")
        yield (name if seen[name] == 1 else f"{stem}-{seen[name]}.{ending}"), row


class _Taken(io.RawIOBase):
    """What is written is kept until somebody takes it. It can't go back, so `zipfile` writes in one pass."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # what zipfile hands over
        self._kept += data
        return len(data)

    def take(self) -> bytes:
        taken, self._kept = bytes(self._kept), bytearray()
        return taken
