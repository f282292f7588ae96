"""Parameters that a domain adds to destinations: behind what is there, merged with the message, never in its way."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.links.brand import Brand

from tidings.links.domains import add_parameters
from tidings.links.parameters import Parameters, parse_parameters, with_parameters, written
from tidings.links.shorten import Unfit, destination_of

FIELDS = {
    "code": "bcdfghjkmn",
    "service": "MG1",
    "campaign": "spring & fall",
    "variant": "",
    "tag:shop": "north",
}
PAIRS = (
    ("utm_source", "sms"),
    ("utm_campaign", "{campaign}"),
    ("v", "{variant}"),
    ("t", "{tag:shop}-{code}"),
)
ADDED = "utm_source=sms&utm_campaign=spring%20%26%20fall&t=north-bcdfghjkmn"


@pytest.mark.parametrize(
    ("destination", "longer"),
    [
        ("https://shop.example/a", f"https://shop.example/a?{ADDED}"),
        ("https://shop.example", f"https://shop.example?{ADDED}"),
        ("https://shop.example/?", f"https://shop.example/?{ADDED}"),
        ("https://shop.example/a?b=c", f"https://shop.example/a?b=c&{ADDED}"),
        ("https://shop.example/a?b=c&", f"https://shop.example/a?b=c&{ADDED}"),
        ("https://shop.example/a#top", f"https://shop.example/a?{ADDED}#top"),
        ("https://www.shop.example/a?b#c?d", f"https://www.shop.example/a?b&{ADDED}#c?d"),
        (
            "https://shop.example/?utm_source=mail&utm_campaign=",
            "https://shop.example/?utm_source=mail&utm_campaign=&t=north-bcdfghjkmn",
        ),
        ("https://myshop.example/", "https://myshop.example/"),
    ],
)
def test_parameters_stand_behind_those_that_are_there(destination: str, longer: str) -> None:
    assert with_parameters(destination, Parameters(PAIRS, ("shop.example",)), FIELDS) == longer


@given(st.text("ab?&=#/%2", max_size=20), st.text(min_size=1, max_size=10))
@settings(max_examples=100)
def test_a_destination_leads_where_it_led_and_says_more(rest: str, campaign: str) -> None:
    destination = destination_of(f"https://shop.example/{rest}")
    if isinstance(destination, Unfit):
        return
    longer = with_parameters(destination, Parameters((("c", "{campaign}"),)), {"campaign": campaign})
    before, after = urlsplit(destination), urlsplit(longer)
    assert (after.netloc, after.path, after.fragment) == (before.netloc, before.path, before.fragment)
    assert after.query.startswith(before.query)
    assert parse_qsl(after.query, keep_blank_values=True)[-1] == (
        "c",
        campaign.encode("utf-8", "replace").decode(),
    )
    assert destination_of(longer) == longer


def test_what_cannot_be_written_is_said() -> None:
    assert parse_parameters("?utm_source=sms&c={campaign}") == (("utm_source", "sms"), ("c", "{campaign}"))
    for pairs in (PAIRS, (("a", "x&y=z {code}"),)):
        assert parse_parameters(written(pairs)) == pairs
    faults = {
        "": "has no parameter",
        "a=": "gives a no value",
        "a b=c": "names are of letters",
        "a={recipient}": "names {recipient}, which is none of code",
        "a={": "brace",
        "&".join(f"a{n}=b" for n in range(21)): "more than 20",
    }
    for text, fault in faults.items():
        said = parse_parameters(text)
        assert isinstance(said, str), text
        assert fault in said


async def test_a_message_leads_to_its_destination_with_the_domains_parameters(brand: Brand) -> None:
    async with brand.home.db.connection() as connection:
        text = written((("utm_campaign", "{campaign}"), ("s", "{service}"), ("tid", "{code}")))
        account = brand.shop.account.id
        assert await add_parameters(
            connection, account, brand.domain, parameters=text, hosts=["shop.example"]
        )
    sent = await brand.send("https://shop.example/a https://other.example/b", Tags='{"campaign": "spring"}')
    first, second = await brand.codes_of(sent)
    answer = await brand.follow(f"/{first}")
    query = f"utm_campaign=spring&s={brand.service}&tid={first}"
    assert answer[1]["location"] == f"https://shop.example/a?{query}"
    assert (await brand.follow(f"/{second}"))[1]["location"] == "https://other.example/b"
