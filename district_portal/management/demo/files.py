"""Small real documents for the demonstration's calls: a PDF of one page, and a table as CSV."""

from __future__ import annotations

TABLE = "partner;categoria di costo;importo (EUR)\n;Personale;\n;Attrezzature;\n;Servizi e consulenze;\n;Materiali;\n"
PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 595, 842, 56


def pdf(title: str, paragraphs: list[str]) -> bytes:
    """A page of A4 in Helvetica, in Latin letters (what the standard fonts can show)."""
    lines = [f"/F2 16 Tf ({_escape(title)}) Tj 0 -30 Td /F1 11 Tf"]
    for paragraph in paragraphs:
        lines += [f"({_escape(line)}) Tj 0 -15 Td" for line in _wrap(paragraph)] + ["0 -8 Td"]
    text = f"BT {MARGIN} {PAGE_HEIGHT - 2 * MARGIN} Td {' '.join(lines)} ET".encode("cp1252", "replace")
    fonts = "".join(
        f"/F{n} << /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >> "
        for n, name in ((1, "Helvetica"), (2, "Helvetica-Bold"))
    )
    return _document(
        [
            b"<< /Type /Catalog /Pages 2 0 R /Lang (it-IT) >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] /Contents 4 0 R "
            f"/Resources << /Font << {fonts}>> >> >>".encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        ]
    )


def _document(objects: list[bytes]) -> bytes:
    """Objects, the table of where each begins, and the trailer."""
    result, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(result))
        result += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        result
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(result))
    )


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _wrap(text: str, width: int = 88) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
