"""Writing a PDF: headings, texts, facts, tables and drawings on A4 pages with numbers and a reference.

The same content gives the same bytes, so that a document can be made again and compared. The fonts are parts of DejaVu
Sans (Latin, Greek, Cyrillic, mathematics); a character beyond them shows as an empty box. The files are not tagged for
screen readers: every document is also a page of the portal.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, TableStyle

FONTS = Path(__file__).parent / "fonts"
MARGIN = 20 * mm
WIDTH = A4[0] - 2 * MARGIN - 12
"""Points between the margins, and the padding of a page's frame."""
INK, SOFT, LINE, BAND = (HexColor(code) for code in ("#17324d", "#566b7f", "#d3dce5", "#f4f7fa"))

for _name, _file in (("", ""), ("-Bold", "-Bold"), ("-Oblique", "-Oblique")):
    pdfmetrics.registerFont(TTFont(f"DejaVu{_name}", FONTS / f"DejaVuSansCondensed{_file}.ttf"))
pdfmetrics.registerFontFamily("DejaVu", "DejaVu", "DejaVu-Bold", "DejaVu-Oblique", "DejaVu-Bold")

BODY = ParagraphStyle("body", fontName="DejaVu", fontSize=9.5, leading=14, textColor=INK, spaceAfter=6)
SMALL = ParagraphStyle("small", BODY, fontSize=8, leading=11, textColor=SOFT)
CELL = ParagraphStyle("cell", BODY, fontSize=8, leading=10.5, spaceAfter=0)
NUMBER = ParagraphStyle("number", CELL, alignment=TA_RIGHT)
HEAD = ParagraphStyle("head", CELL, fontName="DejaVu-Bold", textColor=SOFT)
HEAD_NUMBER = ParagraphStyle("head_number", HEAD, alignment=TA_RIGHT)
STRONG = ParagraphStyle("strong", CELL, fontName="DejaVu-Bold")
STRONG_NUMBER = ParagraphStyle("strong_number", STRONG, alignment=TA_RIGHT)
HEADINGS = [
    ParagraphStyle("h1", BODY, fontName="DejaVu-Bold", fontSize=18, leading=23, spaceAfter=8),
    ParagraphStyle("h2", BODY, fontName="DejaVu-Bold", fontSize=13, leading=17, spaceBefore=12, keepWithNext=1),
    ParagraphStyle("h3", BODY, fontName="DejaVu-Bold", fontSize=10.5, leading=14, spaceBefore=8, keepWithNext=1),
]
# Characters that XML, and so a paragraph, can't hold.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _marked_up(text: object) -> str:
    return escape(UNPRINTABLE.sub("", str(text))).replace("\n", "<br/>")


class _Heading(Paragraph):
    """A heading that the reader of the file finds in its outline."""

    def __init__(self, text: str, level: int, number: int, depth: int) -> None:
        """`level` says how it looks, `depth` where it stands in the outline."""
        super().__init__(_marked_up(text), HEADINGS[level])
        self.outline = (text, depth, f"h{number}")

    def draw(self) -> None:
        text, level, key = self.outline
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(text, key, level)
        super().draw()


class _Pages(Canvas):
    """A canvas that writes "page 2 of 9": it draws the feet when all pages are known."""

    foot: str
    head: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._done: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  (a name of the library)
        self._done.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._done, 1):
            self.__dict__.update(page)
            self._frame(number, len(self._done))
            super().showPage()
        super().save()

    def _frame(self, number: int, count: int) -> None:
        self.setFont("DejaVu", 7.5)
        self.setFillColor(SOFT)
        self.drawString(MARGIN, A4[1] - 12 * mm, self.head)
        self.drawString(MARGIN, 11 * mm, self.foot)
        self.drawRightString(
            A4[0] - MARGIN,
            11 * mm,
            _("page %(number)s of %(count)s")
            % {
                "number": number,
                "count": count,
            },
        )


class Document:
    """One PDF, written from top to bottom, in the language that is active."""

    def __init__(self, title: str, *, language: str, head: str = "", foot: str = "") -> None:
        """`head` and `foot` stand on every page."""
        self.title, self.language, self.head, self.foot = title, language, head, foot
        self.story: list[Flowable] = []
        self._headings, self._depth = 0, -1

    def heading(self, text: str, level: int = 1) -> None:
        """`level` 0 is the title of the document."""
        self._headings += 1
        self._depth = min(level, self._depth + 1)  # an outline must not skip a level
        self.story.append(_Heading(text, level, self._headings, self._depth))

    def text(self, text: str, *, small: bool = False) -> None:
        """Paragraphs are parted by empty lines; single line breaks stay."""
        for paragraph in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
            if paragraph:
                self.story.append(Paragraph(_marked_up(paragraph), SMALL if small else BODY))

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Names with values, one below the other."""
        self._table(
            [[Paragraph(_marked_up(name), HEAD), Paragraph(_marked_up(value), CELL)] for name, value in rows],
            widths=(1, 2.6),
            head=False,
        )

    def table(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        widths: Sequence[float] = (),
        right: Collection[int] = (),
        total: bool = False,
    ) -> None:
        """`widths` are relative; columns `right` hold numbers; with `total` the last row is one."""
        heads = [Paragraph(_marked_up(text), HEAD_NUMBER if at in right else HEAD) for at, text in enumerate(header)]
        cells = [
            [
                Paragraph(_marked_up(value), self._style(at in right, total and row is rows[-1]))
                for at, value in enumerate(row)
            ]
            for row in rows
        ]
        self._table([heads, *cells], widths=widths or [1] * len(header), head=True)

    @staticmethod
    def _style(right: bool, strong: bool) -> ParagraphStyle:
        if strong:
            return STRONG_NUMBER if right else STRONG
        return NUMBER if right else CELL

    def _table(self, cells: list[list[Paragraph]], *, widths: Sequence[float], head: bool) -> None:
        whole = sum(widths)
        style = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        ]
        if head:
            style.append(("BACKGROUND", (0, 0), (-1, 0), BAND))
        columns = [WIDTH * width / whole for width in widths]
        # A cell that is taller than a page is split, too.
        table = LongTable(cells, columns, repeatRows=int(head), splitInRow=1, style=TableStyle(style))
        self.story += [table, Spacer(0, 8)]

    def drawing(self, drawing: Drawing) -> None:
        """A drawing, made narrower where it is wider than the page."""
        scale = min(1.0, WIDTH / drawing.width)
        drawing.scale(scale, scale)
        drawing.width, drawing.height = drawing.width * scale, drawing.height * scale
        self.story += [drawing, Spacer(0, 8)]

    def new_page(self) -> None:
        self.story.append(PageBreak())

    def write(self, path: Path) -> None:
        head, foot = self.head, self.foot
        pages = type("Pages", (_Pages,), {"head": head, "foot": foot})
        SimpleDocTemplate(
            str(path),
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=MARGIN,
            bottomMargin=MARGIN,
            title=self.title,
            lang=self.language,
            creator="district-portal",
            invariant=1,
        ).build(self.story, canvasmaker=pages)
