"""Holes in what is sent, and paths into what comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.carriers.http.words import BadWords, Path, Places, Template

KNOWN = ("from", "to", "text", "settings.key")


def filled(template: str, **values: str) -> str:
    return Template.parse(template, known=KNOWN).fill({"settings.key": "k"} | values)


def test_a_hole_is_filled_and_filtered() -> None:
    assert filled("{to|digits}", to="+14155552671") == "14155552671"
    assert filled("Key {settings.key|upper}!") == "Key K!"
    assert filled("{to|plus}", to="14155552671") == "+14155552671"
    assert filled("{to|plus}", to="55501") == "55501"
    assert filled("{text|after:#}", text="https://x/errors#1020") == "1020"
    assert filled("{text|before:,|base64}", text="a,b") == "YQ=="


def test_two_braces_stand_for_one() -> None:
    assert filled("{{{to}}}", to="x") == "{x}"


@given(st.text(alphabet=st.characters(exclude_characters="{}"), max_size=50), st.text(max_size=50))
def test_what_is_filled_in_is_never_read_again(around: str, text: str) -> None:
    assert filled(around + "{text}" + around, text=text) == around + text + around


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{nobody}", "{nobody} is not known here"),
        ("{to.__class__}", "not known"),
        ("{to!r}", "not known"),
        ("{to:>10}", "not known"),
        ("{to|shell}", "there is no filter 'shell'"),
        ("{to|after}", "needs argument"),
        ("{to|digits:1}", "takes no argument"),
        ("{to", "a lone '{'"),
        ("to}", "a lone '}'"),
    ],
)
def test_what_cannot_be_filled_is_told_at_once(text: str, fault: str) -> None:
    with pytest.raises(BadWords, match=fault.replace("{", r"\{").replace("}", r"\}").replace("'", ".")):
        Template.parse(text, known=KNOWN)


def test_a_path_leads_through_names_and_positions() -> None:
    document = {"data": {"to": [{"status": "sent"}, {"status": 7}], "ok": True, "a.b": 1}}
    assert Path.parse("data.to.0.status").text(document) == "sent"
    assert Path.parse("data.to.1.status").text(document) == "7"
    assert Path.parse("data.ok").text(document) == "true"


@pytest.mark.parametrize(
    "path", ["data.to.5.status", "data.nothing", "data.to.x", "data.to", "data.ok.further"]
)
def test_a_path_that_leads_nowhere_gives_nothing(path: str) -> None:
    assert Path.parse(path).text({"data": {"to": [], "ok": True}}) is None


def test_a_name_with_dots_is_found_whole() -> None:
    assert Path.parse("a.b").text({"a.b": "1"}) == "1"


def test_of_several_places_the_first_that_leads_somewhere_counts() -> None:
    places = Places((Path.parse("parent"), Path.parse("own")))
    assert places.text({"own": "2"}) == "2"
    assert places.text({"own": "2", "parent": "1"}) == "1"
