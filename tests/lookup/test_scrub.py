"""Lists of contacts: what is kept, repaired and taken out, and that a scrub goes on where it stopped."""

import csv
import random
import zipfile
from pathlib import Path

import phonenumbers
import polars
import pytest
from phonenumbers import PhoneNumberFormat

from tidings.cli.scrub import zones_of
from tidings.kernel.numbering_plan import REGIONS
from tidings.lookup.number import read
from tidings.lookup.scrub.run import CLEANED, REJECTED, STATE, Report, scrub
from tidings.lookup.scrub.sheet import Unreadable
from tidings.lookup.scrub.swift import read_swiftly

LIST = """Name,Phone,City
Anna,+14155552671,SF
Ben,(415) 555-2672,SF
Anna again,415.555.2671,SF
Carl,+43 1 50000000,Vienna
Dora,+19005550000,
Emil,12,
Fay,,
Gus,nobody,
Hal,+447400123456,London
"""

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def text_cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


WORKBOOK = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>'
    f"<row>{text_cell('name')}{text_cell('phone')}</row>"
    f"<row>{text_cell('Anna')}<c><v>14155552671</v></c></row>"
    f"<row>{text_cell('Ben')}{text_cell('(415) 555-2672')}</row>"
    f"<row>{text_cell('Carl')}{text_cell('nobody')}</row></sheetData></worksheet>",
}


def rows_of(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as source:
        return list(csv.reader(source))


def written(folder: Path, text: str, *, name: str = "list.csv", encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_text(text, encoding)
    return file


def test_a_list_is_cleaned_and_every_row_taken_out_has_its_reason(tmp_path: Path) -> None:
    report = scrub(written(tmp_path, LIST), tmp_path / "out", zones=zones_of)
    assert rows_of(tmp_path / "out" / CLEANED) == [
        ["Name", "Phone", "City", "e164", "country", "line_type", "zones"],
        ["Anna", "+14155552671", "SF", "+14155552671", "US", "unknown", "America/Los_Angeles"],
        ["Ben", "(415) 555-2672", "SF", "+14155552672", "US", "unknown", "America/Los_Angeles"],
        ["Hal", "+447400123456", "London", "+447400123456", "GB", "mobile", "Europe/London"],
    ]
    assert [(row[0], row[-2], row[-1]) for row in rows_of(tmp_path / "out" / REJECTED)[1:]] == [
        ("Anna again", "duplicate", "+14155552671"),
        ("Carl", "landline", "+43150000000"),
        ("Dora", "premium", "+19005550000"),
        ("Emil", "too_short", ""),
        ("Fay", "empty", ""),
        ("Gus", "not_a_number", ""),
    ]
    assert (report.rows, report.kept, report.rejected, report.repaired) == (9, 3, 6, 1)
    assert report.reasons["duplicate"] == 1
    assert report.saved(0.01) == pytest.approx(0.06)


def test_what_is_to_be_kept_is_kept(tmp_path: Path) -> None:
    report = scrub(written(tmp_path, LIST), tmp_path / "out", keep=["landline"], zones=zones_of)
    assert report.line_types == {"unknown": 2, "landline": 1, "mobile": 1}


@pytest.mark.parametrize(
    ("text", "encoding", "column"),
    [
        ("name;handy\nJürgen;0170 1234567\n", "cp1252", "handy"),
        ("\ufeffa,b\nx,0170 1234567\n", "utf-8", "b"),
        ("name\tMobile\nJürgen\t+491701234567\n", "utf-16", "Mobile"),
        ("0170 is no header\n01701234567\n", "utf-8", "0170 is no header"),
    ],
)
def test_lists_come_in_many_dialects(tmp_path: Path, text: str, encoding: str, column: str) -> None:
    file = written(tmp_path, text, encoding=encoding)
    report = scrub(file, tmp_path / "out", country="DE", zones=zones_of)
    assert (report.column, report.kept) == (column, 1)
    assert rows_of(tmp_path / "out" / CLEANED)[1][-4] == "+491701234567"


def test_parquet_and_excel_are_read_too(tmp_path: Path) -> None:
    frame = polars.DataFrame({"n": [1, 2, 3], "mobile": ["+14155552671", None, "nobody"]})
    frame.write_parquet(tmp_path / "list.parquet")
    report = scrub(tmp_path / "list.parquet", tmp_path / "out", zones=zones_of)
    assert (report.column, report.rows, report.kept) == ("mobile", 3, 1)
    assert rows_of(tmp_path / "out" / CLEANED)[1][:2] == ["1", "+14155552671"]


def test_excel_is_read_too(tmp_path: Path) -> None:
    """Numbers that the spreadsheet holds as numbers, and as texts."""
    with zipfile.ZipFile(tmp_path / "list.xlsx", "w") as book:
        for name, text in WORKBOOK.items():
            book.writestr(name, text)
    report = scrub(tmp_path / "list.xlsx", tmp_path / "out", zones=zones_of)
    assert (report.column, report.rows, report.kept) == ("phone", 3, 2)
    assert [row[2] for row in rows_of(tmp_path / "out" / CLEANED)[1:]] == ["+14155552671", "+14155552672"]


def test_a_scrub_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    numbers = [f"+1415555{n:04}" for n in range(60)]
    text = "phone\n" + "\n".join([*numbers, *numbers[:20]]) + "\n"
    file = written(tmp_path, text)
    whole = scrub(file, tmp_path / "whole", zones=zones_of)
    seen = 0

    def stop(count: int) -> None:
        nonlocal seen
        seen += count
        if seen >= 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scrub(file, tmp_path / "out", zones=zones_of, on_rows=stop, at_once=25)
    with (tmp_path / "out" / CLEANED).open("a") as torn:
        torn.write("a row that was written and not counted\n")
    told: list[int] = []
    again = scrub(file, tmp_path / "out", zones=zones_of, on_rows=told.append)
    assert told[0] == 50
    for name in (CLEANED, REJECTED):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert (
        (again.rows, again.kept, again.reasons)
        == (whole.rows, whole.kept, whole.reasons)
        == (80, 60, {"duplicate": 20})
    )


def test_a_list_that_changed_is_scrubbed_anew(tmp_path: Path) -> None:
    file = written(tmp_path, "phone\n+14155552671\n")
    scrub(file, tmp_path / "out", zones=zones_of)
    written(tmp_path, "phone\n+14155552672\n+14155552673\n")
    report: Report = scrub(file, tmp_path / "out", zones=zones_of)
    assert report.kept == 2
    assert [row[0] for row in rows_of(tmp_path / "out" / CLEANED)] == [
        "phone",
        "+14155552672",
        "+14155552673",
    ]
    assert (tmp_path / "out" / STATE).exists()


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("", None, "is empty"),
        ("name\nAnna\n", None, "No column holds"),
        ("name\nAnna\n", "phone", "no column 'phone'"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, text: str, column: str | None, problem: str) -> None:
    with pytest.raises(Unreadable, match=problem):
        scrub(written(tmp_path, text), tmp_path / "out", column=column, zones=zones_of)
    with pytest.raises(Unreadable, match="no file"):
        scrub(tmp_path / "absent.csv", tmp_path / "out", zones=zones_of)


def test_numbers_are_read_swiftly_as_libphonenumber_reads_them() -> None:
    """In the usual writings of every region, and near to them."""
    draw = random.Random(7)
    wrong = []
    for n in range(6_000):
        region = sorted(REGIONS)[n % len(REGIONS)]
        example = phonenumbers.example_number(region)
        form = draw.choice(
            [PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164]
        )
        text = phonenumbers.format_number(example, form)
        text = "".join(
            draw.choice("0123456789") if one.isdigit() and draw.random() < 0.1 else one for one in text
        )
        number, told = read_swiftly(text, region)
        theirs = read(text, region)
        if (number is None) == theirs.valid or (number is not None and number.e164 != theirs.phone_number):
            wrong.append((text, region, number, told, theirs))
    assert wrong == []
