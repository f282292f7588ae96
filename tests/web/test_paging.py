"""A list of any length is seen whole, in order, whatever the page size, forwards and backwards."""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.outcomes import Refused
from tidings.web.api.forms import decode
from tidings.web.api.paging import Page, cut, envelope, page_of
from tidings.web.api.request import Caller, Request

ACCOUNT = UUID(int=1)
CALLER = Caller(ACCOUNT, "AC" + ACCOUNT.hex, ACCOUNT, by_key=False, active=True, concurrency_limit=1)
PATH = "/2010-04-01/Accounts/AC1/Messages.json"


def answer(ids: list[UUID], uri: str) -> dict[str, Any]:
    """What a handler over an in-memory list answers; the statements of real lists obey the same bounds."""
    query = decode(urlsplit(uri).query.encode())
    assert not isinstance(query, Refused)
    page = page_of(query, prefix="SM")
    assert isinstance(page, Page)
    if page.before is not None:
        rows = sorted(id for id in ids if id > page.before)[: page.fetch]
    else:
        rows = sorted((id for id in ids if page.after is None or id < page.after), reverse=True)[: page.fetch]
    shown, further = cut(page, rows)
    request = Request("GET", PATH, {}, CALLER, {}, query, [])
    entries = [id.hex for id in shown]
    reply = envelope(request, page, entries, key="messages", prefix="SM", ids=shown, further=further)
    body: dict[str, Any] = msgspec.json.decode(reply.body)
    return body


@given(st.sets(st.integers(1, 1 << 120), max_size=60), st.integers(1, 20))
def test_following_next_sees_everything_once_and_following_previous_leads_back(
    numbers: set[int], size: int
) -> None:
    ids = [UUID(int=number) for number in numbers]
    pages = [answer(ids, f"{PATH}?PageSize={size}")]
    while pages[-1]["next_page_uri"]:
        pages.append(answer(ids, pages[-1]["next_page_uri"]))
    seen = [entry for page in pages for entry in page["messages"]]
    assert seen == [id.hex for id in sorted(ids, reverse=True)]
    assert [page["page"] for page in pages] == list(range(len(pages)))
    assert pages[0]["previous_page_uri"] is None

    back = pages[-1]
    for expected in reversed(pages[:-1]):
        back = answer(ids, back["previous_page_uri"])
        assert back["messages"] == expected["messages"]
        assert back["next_page_uri"] is not None
    assert back["previous_page_uri"] is None


def test_the_envelope_has_twilios_keys_and_one_list() -> None:
    page = answer([UUID(int=7), UUID(int=8)], f"{PATH}?To=%2B1415&DateSent%3C=2026-01-01&PageSize=1")
    assert page == {
        "end": 0,
        "first_page_uri": f"{PATH}?To=%2B1415&DateSent%3C=2026-01-01&PageSize=1&Page=0",
        "next_page_uri": (
            f"{PATH}?To=%2B1415&DateSent%3C=2026-01-01&PageSize=1&Page=1&PageToken=PASM{UUID(int=8).hex}"
        ),
        "page": 0,
        "page_size": 1,
        "previous_page_uri": None,
        "start": 0,
        "uri": f"{PATH}?To=%2B1415&DateSent%3C=2026-01-01&PageSize=1&Page=0",
        "messages": [UUID(int=8).hex],
    }
    following = parse_qs(urlsplit(page["next_page_uri"]).query)
    assert following["DateSent<"] == ["2026-01-01"]


@pytest.mark.parametrize(
    ("asked", "size"), [("0", 1), ("-3", 1), ("1", 1), ("1000", 1000), ("5000", 1000), ("", 50)]
)
def test_a_page_size_out_of_range_is_clamped(asked: str, size: int) -> None:
    page = page_of({"PageSize": [asked]}, prefix="SM")
    assert isinstance(page, Page)
    assert page.size == size


@pytest.mark.parametrize(
    "query",
    [
        {"PageSize": ["many"]},
        {"Page": ["-1"]},
        {"Page": ["x"]},
        {"PageToken": ["PASM12"]},
        {"PageToken": ["PAMG" + "0" * 32]},
        {"PageToken": ["PXSM" + "0" * 32]},
        {"PageToken": ["PASM" + "g" * 32]},
    ],
)
def test_a_page_that_cannot_be_named_is_refused(query: dict[str, list[str]]) -> None:
    refused = page_of(query, prefix="SM")
    assert isinstance(refused, Refused)
    assert refused.status == 400


def test_without_a_token_it_is_the_first_page() -> None:
    assert page_of({"Page": ["7"]}, prefix="SM") == Page(50, 0)
