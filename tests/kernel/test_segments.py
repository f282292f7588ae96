import json
import shutil
from pathlib import Path

import pytest
from bench import segment_corpus
from bench.segments import HERE as BENCH
from bench.segments import check
from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel import gsm7
from tidings.kernel.segments import MAX_BODY, Encoding, Measure, explain, measure, split
from tidings.kernel.smart_encoding import smart

GOLDEN = Path(__file__).with_name("segments.jsonl")
CALCULATOR = BENCH.parent / "node_modules" / "sms-segments-calculator"
FAMILY = "👨‍👩‍👧‍👦"

# Characters at which counting is hard, beside any at all.
hard = st.sampled_from([*"aé€[ы中😜\r\n\0`…", FAMILY, "🇦🇹", "e\u0301", "👍🏽", "각", "\u200d", "\u0600"])
texts = st.one_of(
    st.lists(st.one_of(hard, st.characters()), max_size=80).map("".join),
    st.builds(
        lambda edge, rest: "a" * edge + rest, st.integers(0, 170), st.lists(hard, max_size=180).map("".join)
    ),
    st.integers(0, 2000).map(lambda seed: segment_corpus.awkward(1, seed=seed)[0]),
)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("a" * 158 + "€", 1),
        ("a" * 159 + "€", 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("€" * 152, 2),
        ("€" * 153, 3),
        ("😜" * 35, 1),
        ("😜" * 36, 2),
        ("😜" * 66, 2),
        ("😜" * 67, 3),
        ("я" * 66 + "😜" + "я" * 66, 3),
        (FAMILY * 7, 2),
    ],
)
def test_a_text_takes_as_many_segments_as_twilio_counts(text: str, segments: int) -> None:
    assert measure(text).segments == segments
    assert len(split(text)) == segments


def test_every_text_of_the_sample_is_counted_as_by_the_calculator() -> None:
    sample = [json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()]
    assert len(sample) > 250
    for text, encoding, segments, units, smart_encoding, smart_segments in sample:
        assert measure(text) == Measure(Encoding(encoding), segments, units), text
        smartened = measure(smart(text))
        assert (smartened.encoding.value, smartened.segments) == (smart_encoding, smart_segments), text


@pytest.mark.slow
@pytest.mark.skipif(
    not (shutil.which("node") and CALCULATOR.is_dir()),
    reason="needs Node, and `npm ci` in the root of the tree",
)
def test_the_calculator_of_npm_counts_generated_texts_as_we_do() -> None:
    found = check(3000, seed=20_000)
    assert found["first"] == []
    assert found["compared"] > 2900


@given(texts)
def test_joining_the_parts_gives_back_the_text(text: str) -> None:
    assert "".join(split(text)) == text


@given(texts)
def test_there_are_as_many_parts_as_were_measured(text: str) -> None:
    assert measure(text).segments == len(split(text))


@given(texts)
def test_no_part_is_empty_or_over_its_size(text: str) -> None:
    parts = split(text)
    if measure(text).encoding is Encoding.GSM7:
        sizes, single, joined = [len(gsm7.encode_gsm7(part)) for part in parts], 160, 153
    else:
        sizes, single, joined = (
            [len(part.encode("utf-16-le", "surrogatepass")) // 2 for part in parts],
            70,
            67,
        )
    assert max(sizes) <= (single if len(parts) == 1 else joined)
    assert min(sizes) > 0 or text == ""


@given(texts)
def test_the_units_are_the_sum_over_the_parts(text: str) -> None:
    encoding = measure(text).encoding
    encoded = [
        gsm7.encode_gsm7(p) if encoding is Encoding.GSM7 else p.encode("utf-16-le", "surrogatepass")[::2]
        for p in split(text)
    ]
    assert measure(text).units == sum(map(len, encoded))


def test_a_cluster_longer_than_a_part_is_cut_between_its_code_points() -> None:
    text = "a" + "\u0301" * 65 + "\U000e0067" * 40 + "b"
    parts = split(text)
    assert "".join(parts) == text
    assert [len(part.encode("utf-16-le", "surrogatepass")) // 2 for part in parts] == [66, 66, 15]


def test_a_cluster_is_moved_whole_into_the_next_part() -> None:
    assert split("я" * 60 + FAMILY + "я" * 60) == ["я" * 60, FAMILY + "я" * 56, "я" * 4]
    assert split("я" * 66 + "e\u0301" + "я" * 10) == ["я" * 66, "e\u0301" + "я" * 10]


def test_half_a_surrogate_pair_is_counted_as_one_unit() -> None:
    assert measure("\ud800" * 71) == Measure(Encoding.UCS2, 2, 71)
    assert split("a\udc00") == ["a\udc00"]


def test_a_very_long_text_is_measured_without_taking_for_ever() -> None:
    for character in ("a", "€", "ы", "e\u0301", "\u0301", "😀", "🇦🇹", "\u0600"):
        assert measure(character * 100_000).segments > 600


def test_an_explanation_names_what_forces_ucs2_and_what_it_costs() -> None:
    text = "a" * 100 + "’" + "b" * 30 + "ç’" + FAMILY
    explained = explain(text)
    assert [(c.character, c.position, c.times, c.suggestion) for c in explained.culprits] == [
        ("’", 100, 2, "'"),
        ("ç", 131, 1, "c"),
        (FAMILY, 133, 1, None),
    ]
    assert explained.culprits[0].name == "RIGHT SINGLE QUOTATION MARK"
    assert explained.measure == Measure(Encoding.UCS2, 3, 144)
    assert explained.mended == "a" * 100 + "'" + "b" * 30 + "c'"
    assert explained.extra_segments == 2
    assert explained.smart.encoding is Encoding.UCS2
    assert explained.parts == tuple(split(text))


def test_an_explanation_of_a_plain_text_finds_nothing_to_mend() -> None:
    explained = explain("[€] " + "a" * (MAX_BODY - 2))
    assert explained.culprits == ()
    assert explained.extra_segments == 0
    assert explained.escapes == 3
    assert explained.over_limit == 2


def test_an_accent_that_the_alphabet_has_is_suggested_in_one_piece() -> None:
    assert explain("cafe\u0301").mended == "café"


@given(texts)
def test_a_mended_text_is_gsm_7_and_never_dearer_than_it_says(text: str) -> None:
    explained = explain(text)
    assert measure(explained.mended).encoding is Encoding.GSM7
    assert explained.extra_segments == explained.measure.segments - measure(explained.mended).segments
    assert (explained.measure.encoding is Encoding.UCS2) == bool(explained.culprits)
