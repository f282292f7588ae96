from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.gsm7 import BASIC, EXTENSION
from tidings.kernel.smart_encoding import REPLACEMENTS, smart

texts = st.text(st.one_of(st.characters(), st.sampled_from(sorted(REPLACEMENTS))))


def test_the_map_has_270_characters_none_of_them_gsm_7_and_all_replacements_are() -> None:
    assert len(REPLACEMENTS) == 270
    assert not (BASIC | EXTENSION) & REPLACEMENTS.keys()
    assert set("".join(REPLACEMENTS.values())) <= BASIC | EXTENSION


@given(texts)
def test_applying_it_again_changes_nothing(text: str) -> None:
    assert smart(smart(text)) == smart(text)


@given(st.text(st.sampled_from(sorted(BASIC | EXTENSION))))
def test_a_gsm_7_text_stays_as_it_is(text: str) -> None:
    assert smart(text) == text


def test_typography_becomes_plain_and_the_quirks_of_the_map_are_kept() -> None:
    assert smart("“Don’t” – wait…") == '"Don\'t" - wait...'
    assert smart("‹a›\u00a0b\tc•\u200b") == ">a<  b       c-"
    assert smart("naïve 😀") == "naïve 😀"
