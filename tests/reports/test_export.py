"""`manage.py export`: a report without the web."""

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from tests.factories.funding import AwardFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_command_writes_what_the_filters_leave(tmp_path, capsys):
    award, _other = AwardFactory(), AwardFactory()
    out = tmp_path / "funding.xlsx"
    call_command(
        "export", "funding", "--format=xlsx", f"--out={out}", f"--call={award.project.call.slug}", "--language=en"
    )
    rows = list(load_workbook(out).active.iter_rows(values_only=True))
    assert [row[2] for row in rows] == ["project", award.project.acronym]
    assert rows[1][0] == award.project.call.title_en
    assert capsys.readouterr().out == f"1 rows in {out}\n"


def test_a_filter_that_means_nothing_writes_nothing(tmp_path):
    out = tmp_path / "funding.csv"
    with pytest.raises(CommandError, match="call: "):
        call_command("export", "funding", f"--out={out}", "--call=unknown")
    assert list(tmp_path.glob("*funding*")) == []


def test_a_folder_that_is_not_there_is_said_in_one_sentence(tmp_path):
    out = tmp_path / "nowhere" / "funding.csv"
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        call_command("export", "funding", f"--out={out}")
