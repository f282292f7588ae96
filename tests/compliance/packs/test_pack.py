"""A rule pack holds whole or not at all, and everything that is wrong with it is said at once."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.compliance.packs.builders import edited, line_of, manifest

from tidings.compliance.packs import folder as folders
from tidings.compliance.packs.compare import Kind, compare
from tidings.compliance.packs.faults import BadRows
from tidings.compliance.packs.pack import TABLES, assemble, digest_of, shipped
from tidings.compliance.packs.sheet import MOST_BYTES, text_of

MANIFEST = manifest()


def faults_of(manifest: str, tables: Mapping[str, str]) -> list[tuple[str, int, str]]:
    with pytest.raises(BadRows) as caught:
        assemble(manifest, tables)
    assert all(fault.problem for fault in caught.value.faults)
    return [(fault.file, fault.row, fault.column) for fault in caught.value.faults]


def test_the_pack_that_ships_holds_and_names_itself_by_what_it_says() -> None:
    pack = shipped()
    assert set(pack.tables) == set(TABLES)
    assert pack.version.endswith(pack.digest[:8])
    assert pack.countries["FR"].name == "France"
    assert {one.rule.version for one in pack.quiet_hours.timetables} == {pack.version}


def test_a_pack_without_a_table_has_the_one_that_ships() -> None:
    pack = assemble(MANIFEST, {})
    assert (pack.version, pack.digest) == ("2027.01", shipped().digest)
    assert compare(shipped(), pack) == ()


def test_every_fault_of_every_file_is_named_at_once() -> None:
    wrong = edited("countries.csv", ("\nAE,", "\nZZ,"), ("\nAF,", "\nAD,"), ("\nAG,", "\nAG,a,b,c,"))
    found = faults_of(
        MANIFEST.replace("2027-01-01", '"soon"'), {"countries.csv": wrong, "weather.csv": "a\n"}
    )
    assert found == [
        ("weather.csv", 1, "-"),
        ("pack.toml", 4, "effective_from"),
        ("countries.csv", 3, "iso2"),
        ("countries.csv", 4, "iso2"),
        ("countries.csv", 5, "-"),
    ]


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("schema = 2", [(1, "schema")]),
        ("schema = true", [(1, "schema")]),
        ('version = "a b"', [(2, "version")]),
        ('version = "shipped"', [(2, "version")]),
        ("version = 7", [(2, "version")]),
        ('title = " "', [(3, "title")]),
        ("effective_from = 2027-01-01T00:00:00", [(4, "effective_from")]),
        ('source = ""', [(5, "source")]),
        ("source = [", [(5, "-")]),
    ],
)
def test_a_manifest_that_is_wrong_is_refused_with_its_line(line: str, faults: list[tuple[int, str]]) -> None:
    lines = MANIFEST.splitlines()
    number = next(n for n, one in enumerate(lines) if one.split()[0] == line.split()[0])
    lines[number] = line
    assert faults_of("\n".join(lines), {}) == [("pack.toml", *fault) for fault in faults]


def test_a_manifest_lacks_nothing_and_has_nothing_besides() -> None:
    assert faults_of('title = "T"\nschema = 1\ncolour = "red"\n', {}) == [
        ("pack.toml", 3, "version"),
        ("pack.toml", 3, "effective_from"),
        ("pack.toml", 3, "source"),
        ("pack.toml", 3, "colour"),
    ]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [(1, "-")]),
        ("iso2,iso2\n", [(1, "iso2")]),
        ("iso2, name\n", [(1, " name")]),
        ("iso2,weather\n", [(1, "weather")]),
        ("iso2\n\nFR\n", None),
    ],
)
def test_a_table_that_is_no_table_is_refused(text: str, faults: list[tuple[int, str]] | None) -> None:
    found = [(row, column) for file, row, column in faults_of(MANIFEST, {"countries.csv": text})]
    assert found == faults if faults is not None else found[0] == (2, "-")


def test_a_row_over_two_lines_is_refused() -> None:
    wrong = edited("countries.csv", ("\nAD,Andorra", '\nAD,"Andorra'))
    assert ("countries.csv", 2, "-") in faults_of(MANIFEST, {"countries.csv": wrong})


def test_bytes_that_are_no_text_are_refused() -> None:
    for content, row in ((b"iso2\nFR\n\xff", 3), (b"x" * (MOST_BYTES + 1), 1)):
        with pytest.raises(BadRows) as caught:
            text_of(content, file="countries.csv")
        assert caught.value.faults[0].row == row
    assert text_of(b"\xef\xbb\xbfiso2\r\nFR\r\n", file="x") == "iso2\nFR\n"


def test_what_differs_is_named_by_rule() -> None:
    text = edited("countries.csv", ("\nAD,Andorra,", "\nAD,Andorre,"))
    lines = [line for line in text.split("\n") if not line.startswith("AG,")]
    (changed, removed) = compare(shipped(), assemble(MANIFEST, {"countries.csv": "\n".join(lines)}))
    assert (changed.kind, changed.rule, changed.place) == (Kind.CHANGED, "AD", "AD")
    assert (changed.was, changed.becomes) == ({"name": "Andorra"}, {"name": "Andorre"})
    assert (removed.kind, removed.rule, removed.becomes) == (Kind.REMOVED, "AG", {})
    (_, added) = compare(assemble(MANIFEST, {"countries.csv": "\n".join(lines)}), shipped())
    assert (added.kind, added.rule, added.was) == (Kind.ADDED, "AG", {})


def test_every_table_takes_part_in_what_is_read_compared_and_refused() -> None:
    ours = assemble(
        MANIFEST,
        {
            "consent.csv": edited("consent.csv", ("\nGB,opt_in,", "\nGB,double_opt_in,")),
            "destinations.csv": edited("destinations.csv", ("+878,", "CU,")),
            "caps.csv": edited("caps.csv", ("US-FL,marketing,3,", "US-FL,marketing,2,")),
        },
    )
    assert ours.consent.of("GB").asks == "double_opt_in"
    assert ours.consent.rule_of(ours.consent.of("GB")).version == "2027.01"
    assert ("CU" in ours.destinations.risky, "+878" in ours.destinations.risky) == (True, False)
    assert [cap.most for cap in ours.caps if "US-FL" in cap.states] == [2]
    found = [(one.file, one.kind, one.place, one.traffic) for one in compare(shipped(), ours)]
    assert found == [
        ("caps.csv", "changed", "US-FL", "marketing"),
        ("consent.csv", "changed", "GB", "marketing"),
        ("destinations.csv", "removed", "+878", ""),
        ("destinations.csv", "added", "CU", ""),
    ]
    wrong = {
        "consent.csv": edited("consent.csv", ("\nGB,opt_in,", "\nGB,politely,")),
        "destinations.csv": edited("destinations.csv", ("+878,", "+44,")),
    }
    assert faults_of(MANIFEST, wrong) == [
        ("consent.csv", line_of("consent.csv", "GB,"), "asks"),
        ("destinations.csv", line_of("destinations.csv", "+878,"), "destination"),
    ]


def test_a_folder_that_is_written_is_read_as_the_same_pack(tmp_path: Path) -> None:
    pack = assemble(MANIFEST + 'note = "says \\"no\\"\\nand \\\\"\n', {})
    written = folders.manifest_of(pack, version="mine", title=pack.manifest.title)
    folders.write(tmp_path / "pack", manifest=written, tables=pack.tables)
    (tmp_path / "pack" / "README").write_text("not of the pack")
    text, read = folders.read(tmp_path / "pack")
    assert text == written
    assert (read.version, read.manifest.note, read.digest) == ("mine", 'says "no"\nand \\', pack.digest)


def test_a_folder_without_a_manifest_is_refused_with_the_faults_of_its_tables(tmp_path: Path) -> None:
    (tmp_path / "countries.csv").write_text(edited("countries.csv", ("\nAD,", "\nZZ,")))
    (tmp_path / "weather.csv").write_bytes(b"\xff")
    with pytest.raises(BadRows) as caught:
        folders.read(tmp_path)
    assert [(one.file, one.row) for one in caught.value.faults] == [
        ("weather.csv", 1),
        ("pack.toml", 1),
        ("countries.csv", line_of("countries.csv", "AD,")),
    ]


def test_a_digest_tells_a_text_of_one_table_from_that_of_another() -> None:
    assert digest_of({"a": "x", "b": ""}) != digest_of({"a": "", "b": "x"})
    assert digest_of({"a": "x", "b": "y"}) == digest_of({"b": "y", "a": "x"})


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("US-AL,marketing", "US-ZZ,marketing", "jurisdiction"),
        ("US-AL,marketing", "QQ,marketing", "jurisdiction"),
        ("Mon-Sat,,US-AL", "Mon-Sat,,US-ZZ", "holidays"),
        ("Mon-Sat,,US-AL", "Mon-Sat,America/Nowhere,US-AL", "zone"),
        ("08:00,20:00,Mon-Sat", "20:00,08:00,Mon-Sat", "closes"),
    ],
)
def test_unknown_countries_zones_and_calendars_are_refused_with_their_row(
    old: str, new: str, column: str
) -> None:
    beginning = "US-AL/marketing/calls"
    row = next(one for one in shipped().tables["quiet_hours.csv"].split("\n") if one.startswith(beginning))
    wrong = edited("quiet_hours.csv", (row, row.replace(old, new)))
    assert wrong != shipped().tables["quiet_hours.csv"]
    line = line_of("quiet_hours.csv", beginning)
    assert ("quiet_hours.csv", line, column) in faults_of(MANIFEST, {"quiet_hours.csv": wrong})


def test_rows_that_contradict_each_other_are_refused() -> None:
    text = shipped().tables["quiet_hours.csv"].rstrip("\n")
    row = next(one for one in text.split("\n") if one.startswith("US-AL/marketing/calls"))
    twice = f"{text}\n{row.replace('08:00,20:00', '09:00,21:00')}\n"
    lines = twice.count("\n")
    assert faults_of(MANIFEST, {"quiet_hours.csv": twice}) == [("quiet_hours.csv", lines, "opens")]
