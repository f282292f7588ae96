"""Messages with short links, and following these: over real sockets, with what is kept of it."""

import asyncio
import secrets
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.api_home import now
from tests.links.brand import DESTINATION, HOST, Brand

from tidings.kernel.outcomes import Refused
from tidings.lanes.gauge import Gauges
from tidings.links.blocked import block_host, parse_host, unblock_host
from tidings.links.domains import present
from tidings.links.files import fault_of, keep_file
from tidings.links.follow import network_of
from tidings.links.minted import CodeTaken, Linked, keep_links
from tidings.links.misses import MISSES_SECONDS, MOST_MISSES, Misses
from tidings.links.own_address import keep_own_address
from tidings.links.shorten import CODE_LENGTH, Minted, links_in
from tidings.messages.accept import Acceptance
from tidings.messages.compose import compose
from tidings.runtime.database import Database
from tidings.senders.services import Services


async def test_a_message_leaves_with_short_links_and_its_segments_are_those_of_the_short_text(
    brand: Brand,
) -> None:
    long = f"Look: https://shop.example/{'a' * 300}, or ({DESTINATION})."
    sent = await brand.send(long)
    assert (sent.status, sent.body["body"]) == (201, long)
    text = await brand.text_of(sent)
    first, second = links_in(text)
    assert text == f"Look: {first.url}, or ({second.url})."
    rows = {f"https://{HOST}/{row['code']}": row for row in await brand.rows("links")}
    assert rows[first.url]["destination"] == f"https://shop.example/{'a' * 300}"
    assert rows[second.url]["destination"] == DESTINATION
    [message] = await brand.rows("messages")
    assert message["segments"] == 1
    for row in rows.values():
        assert (row["message"], row["account"]) == (message["id"], brand.shop.account.id)
        assert row["expires_at"] - row["created_at"] == timedelta(days=90)


async def test_each_recipient_has_a_code_of_their_own(brand: Brand) -> None:
    assert await brand.code() != await brand.code()


async def test_smart_encoding_changes_no_destination(brand: Brand) -> None:
    sent = await brand.send("“Look” https://shop.example/a–b", SmartEncoded="true")
    assert (await brand.text_of(sent)).startswith('"Look" https://go.example.com/')
    assert [row["destination"] for row in await brand.rows("links")] == ["https://shop.example/a%E2%80%93b"]


async def test_without_a_domain_nothing_is_shortened_and_nothing_is_sent(brand: Brand) -> None:
    other = await brand.home.ask(
        "POST", "/messaging/v1/Services", as_=brand.shop, form={"FriendlyName": "other"}
    )
    refused = await brand.send("Hello", MessagingServiceSid=other.body["sid"])
    assert (refused.status, refused.body["code"]) == (400, 30101)
    assert not await brand.rows("messages")


async def test_a_link_that_may_not_be_shortened_stops_the_message_unless_the_domain_lets_it_go(
    brand: Brand,
) -> None:
    text = f"Look: https://10.0.0.1/a {DESTINATION}"
    refused = await brand.send(text)
    assert (refused.status, refused.body["code"]) == (400, 30103)
    assert "10.0.0.1" in refused.body["message"]
    assert (await brand.configure(ContinueOnFailure="true")).status == 201
    assert await brand.text_of(await brand.send(text)) == text
    assert not await brand.rows("links")


async def test_a_text_that_its_short_links_make_too_long_is_refused(brand: Brand) -> None:
    refused = await brand.send("http://a.example " * 90)
    assert (refused.status, refused.body["code"]) == (400, 21617)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_link_leads_to_its_destination_and_the_click_is_kept(brand: Brand, method: str) -> None:
    code = await brand.code()
    status, headers, text = await brand.follow(
        f"/{code}", method=method, User_Agent="Phone/1.0", Sec_Purpose="prefetch"
    )
    assert (status, headers["location"], text) == (302, DESTINATION, "")
    assert (headers["cache-control"], headers["x-robots-tag"]) == ("no-store", "noindex")
    [click] = await brand.rows("clicks")
    [message] = await brand.rows("messages")
    assert (click["code"], click["message"], click["method"]) == (code, message["id"], method)
    assert (click["agent"], click["hints"]) == ("Phone/1.0", "sec-purpose: prefetch")
    assert click["network"] == "127.0.0.0/24"


async def test_clicks_at_once_are_all_kept_in_an_order(brand: Brand) -> None:
    code = await brand.code()
    answers = await asyncio.gather(*(brand.follow(f"/{code}?n={n}") for n in range(60)))
    assert {status for status, _, _ in answers} == {302}
    clicks = await brand.rows("clicks")
    assert len(clicks) == len({click["nth"] for click in clicks}) == 60


@pytest.mark.parametrize(
    "path", ["/", "/bcdfghjkmn", "/aaaaaaaaaa", "/favicon.ico", "/bcdfghjkmn/x", "/%00", "/healthz"]
)
async def test_what_is_no_link_is_a_page_or_leads_to_the_fallback(brand: Brand, path: str) -> None:
    status, headers, text = await brand.follow(path)
    assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "This link has expired" in text
    await brand.configure(FallbackUrl="https://shop.example/")
    status, headers, _ = await brand.follow(path)
    assert (status, headers["location"]) == (302, "https://shop.example/")
    assert not await brand.rows("clicks")


async def test_an_expired_link_and_one_of_another_domain_lead_nowhere(brand: Brand) -> None:
    account, service = brand.shop.account.id, UUID(int=1)
    long_ago = now() - timedelta(days=91)
    async with brand.home.db.transaction() as connection:
        for code, domain, at in (("bcdfghjkmn", brand.domain, long_ago), ("gggggggggg", UUID(int=2), now())):
            link = Linked(
                account=account,
                domain=domain,
                service=service,
                message=UUID(int=3),
                links=(Minted(code, DESTINATION),),
                now=at,
                leaves_at=at,
            )
            await keep_links(connection, [link])
        other = msgspec.structs.replace(link, message=UUID(int=4))
        with pytest.raises(CodeTaken):
            await keep_links(connection, [other], entropy=lambda count: bytes([4]) * count)
    assert (await brand.follow("/bcdfghjkmn"))[0] == 404
    assert (await brand.follow("/gggggggggg"))[0] == 404


async def test_a_link_that_was_sent_cannot_be_changed(brand: Brand) -> None:
    await brand.code()
    async with brand.home.db.connection() as connection:
        with pytest.raises(Exception, match="a link cannot be changed"):
            await connection.execute("update links set destination = 'https://evil.example/'")


async def test_other_hosts_and_other_methods_follow_nothing(brand: Brand) -> None:
    code = await brand.code()
    assert (await brand.follow(f"/{code}", host="localhost"))[0] == 404
    assert (await brand.follow(f"/{code}", method="POST"))[0] == 405
    assert (await brand.follow(f"/{code}", host="GO.Example.com.:8080"))[0] == 302
    assert (await brand.follow("/robots.txt"))[2] == "User-agent: *\nDisallow: /\n"
    assert len(await brand.rows("clicks")) == 1


async def test_who_tries_codes_out_is_shut_out(brand: Brand) -> None:
    code = await brand.code()
    tried = [
        await brand.follow(f"/{code[:-1]}{sign}")
        for sign in "bcdfghjkmnpqrstvwxzBDFGHJKLMNPQRT679"
        if sign != code[-1]
    ]
    statuses = [status for status, _, _ in tried]
    assert statuses == [404] * MOST_MISSES + [429] * (len(tried) - MOST_MISSES)
    assert (await brand.follow(f"/{code}"))[0] == 429


async def test_misses_are_forgotten_when_their_time_is_over(db: Database) -> None:
    at, minute = [0.0], [now()]
    misses = Misses(db, clock=lambda: minute[0], monotonic=lambda: at[0])
    for _ in range(MOST_MISSES):
        assert not misses.too_many("n")
        misses.count("n")
    assert misses.too_many("n")
    assert not misses.too_many("other")
    await misses.flush()
    at[0], minute[0] = MISSES_SECONDS, minute[0] + timedelta(seconds=MISSES_SECONDS)
    assert not misses.too_many("n")
    misses.count("n")
    await misses.flush()
    assert not misses.too_many("n")
    await misses.close()


async def test_who_tries_codes_out_at_several_processes_has_no_more_tries(db: Database) -> None:
    minute = now()
    first, second = (Misses(db, clock=lambda: minute, monotonic=lambda: 0.0) for _ in range(2))
    tries = 0
    for n in range(2 * MOST_MISSES):
        misses = (first, second)[n % 2]
        if not misses.too_many("n"):
            tries += 1
            misses.count("n")
            await misses.flush()
    assert MOST_MISSES <= tries <= MOST_MISSES + 1
    await first.close()
    await second.close()


def test_only_the_network_of_an_address_is_kept() -> None:
    assert network_of("203.0.113.77") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert network_of("unix") == ""


async def test_a_home_puts_links_on_its_own_address_without_giving_up_what_else_is_there(
    brand: Brand,
) -> None:
    home, shop = brand.home, brand.shop.account.id

    async def keep(address: str) -> None:
        await keep_own_address(home.db, shop, address, service="x", clock=now, entropy=secrets.token_bytes)

    await keep("127.0.0.1:8000")
    await keep("127.0.0.1:8001")
    text = await brand.text_of(await brand.send(DESTINATION))
    assert text.startswith("http://127.0.0.1:8001/l/")
    code = text[-CODE_LENGTH:]
    assert (await brand.follow(f"/l/{code}", host="127.0.0.1:8001"))[0] == 302
    assert (await brand.follow(f"/{code}", host="127.0.0.1:8001"))[0] == 404
    assert (await brand.follow("/healthz", host="127.0.0.1:8001"))[0] == 200
    assert (await brand.follow(f"/l/{code}", host="127.0.0.1:8000"))[0] == 404
    assert (await brand.follow(f"/{code}"))[0] == 404


async def test_a_taken_code_gives_way_to_another_and_fails_nobody(brand: Brand) -> None:
    """As if chance had given three messages of one batch the same codes, one of them that of an older message."""
    old = await brand.code()
    db = brand.home.db
    services = Services(db, monotonic=time.monotonic)
    acceptance = Acceptance(db, Gauges(db, default_limit_seconds=36_000, clock=time.time), services=services)
    drafts = []
    for n, codes in enumerate(((old, "bcdfghjkmn"), ("bcdfghjkmn", "cdfghjkmnp"), ("dfghjkmnpq",))):
        links = tuple(Minted(code, f"https://shop.example/{n}?tid={code}") for code in codes)
        body = " ".join(f"https://{HOST}/{code}" for code in codes)
        composed = compose(
            {"To": [f"+1415555019{n}"], "MessagingServiceSid": [brand.service], "Body": [body]}, now=now()
        )
        assert not isinstance(composed, Refused)
        draft = composed.draft(brand.shop.account.id, sender=None)
        drafts.append(msgspec.structs.replace(draft, links=links, link_domain=brand.domain))
    kept = await asyncio.gather(*(acceptance.accept(draft, now=now()) for draft in drafts))
    await acceptance.close()
    assert not [one for one in kept if isinstance(one, Refused)]
    bodies = {row["recipient"]: row["body"] for row in await brand.rows("messages")}
    for n, draft in enumerate(drafts):
        short = links_in(bodies[f"+1415555019{n}"])
        assert len(bodies[f"+1415555019{n}"]) == len(draft.body)
        for link, minted in zip(short, draft.links, strict=True):
            code = link.url[-CODE_LENGTH:]
            destination = minted.destination.replace(minted.code, code)
            assert (await brand.follow(f"/{code}"))[1]["location"] == destination
    assert (await brand.follow(f"/{old}"))[1]["location"] == DESTINATION


async def test_a_miss_is_an_alert_of_the_domains_account_once_in_a_while(brand: Brand) -> None:
    for _ in range(3):
        await brand.follow("/bcdfghjkmn")
    await asyncio.sleep(0)
    alerts: list[Any] = []
    async with asyncio.timeout(10):
        while not alerts:
            alerts = await brand.rows("alerts")
    assert [(one["account"], one["code"]) for one in alerts] == [(brand.shop.account.id, 30105)]


async def test_the_page_for_expired_links_speaks_for_the_brand_in_its_language(brand: Brand) -> None:
    async with brand.home.db.connection() as connection:
        await present(
            connection,
            brand.shop.account.id,
            brand.domain,
            brand="Käse & Co <1>",
            language="de",
            home_url="https://kaese.example/?a=1&b=2",
        )
    status, headers, text = await brand.follow("/bcdfghjkmn")
    assert (status, headers["content-language"]) == (404, "de")
    assert '<html lang="de">' in text
    assert "<h1>Dieser Link ist abgelaufen</h1>" in text
    assert "Käse &amp; Co &lt;1&gt;" in text
    assert 'href="https://kaese.example/?a=1&amp;b=2"' in text
    assert "Käse & Co" not in text


async def test_a_brands_apps_find_their_files_and_nobody_finds_others(brand: Brand) -> None:
    body = b'{"applinks":{"details":[]}}'
    async with brand.home.db.connection() as connection:
        for name in ("apple-app-site-association", "acme-challenge/token"):
            assert await keep_file(
                connection,
                brand.shop.account.id,
                brand.domain,
                name,
                body,
                type="application/json",
                now=now(),
            )
        assert not await keep_file(connection, UUID(int=9), brand.domain, "x", body, type="a", now=now())
    status, headers, text = await brand.follow("/.well-known/apple-app-site-association")
    assert (status, headers["content-type"], text.encode()) == (200, "application/json", body)
    assert (await brand.follow("/.well-known/acme-challenge/token"))[0] == 200
    for name in ("assetlinks.json", "passwd", "acme-challenge/", "../x", ""):
        assert (await brand.follow(f"/.well-known/{name}"))[0] == 404
    assert not await brand.rows("clicks")


def test_a_file_that_would_not_work_is_not_put_there() -> None:
    assert fault_of("assetlinks.json", b"[]") is None
    assert fault_of("security.txt", b"Contact: mailto:a@example.com") is None
    assert "no JSON" in (fault_of("assetlinks.json", b"[") or "")
    assert "none of" in (fault_of("passwd", b"{}") or "")
    assert "128 kB" in (fault_of("gpc.json", b" " * 200_000) or "")


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/",
        "/https://evil.example/",
        "/?url=https://evil.example/",
        "/bcdfghjkmn?next=//evil.example",
        "/bcdfghjkmn%0d%0aLocation:%20https://evil.example/",
        "/" + "a" * 8_192,
        "/\\evil.example",
        "/.well-known/../bcdfghjkmn",
    ],
)
async def test_no_request_leads_anywhere_but_where_the_brand_said(brand: Brand, path: str) -> None:
    status, headers, _ = await brand.follow(path)
    assert status in (400, 404, 414)
    assert "location" not in headers
    await brand.configure(FallbackUrl="https://shop.example/")
    status, headers, _ = await brand.follow(path)
    assert headers.get("location", "https://shop.example/") == "https://shop.example/"


async def test_no_link_leads_to_a_host_that_the_operator_has_blocked(brand: Brand) -> None:
    async with brand.home.db.connection() as connection:
        await block_host(connection, "bad.example", reason="phishing", changed_by="me", now=now())
    refused = await brand.send("See https://pay.bad.example/a")
    assert (refused.status, refused.body["code"]) == (400, 30103)
    assert "the operator has blocked" in refused.body["message"]
    assert (await brand.send("See https://notbad.example/a")).status == 201
    async with brand.home.db.connection() as connection:
        assert await unblock_host(connection, "bad.example")
    assert [parse_host(text) for text in ("https://Bad.example:8/a", "BÜCHER.example.", "a b", "")] == [
        "bad.example",
        "xn--bcher-kva.example",
        None,
        None,
    ]
