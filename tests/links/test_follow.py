"""Messages with short links, and following these: over real sockets, with what is kept of it."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from tests.api_home import now
from tests.links.brand import DESTINATION, HOST, Brand

from tidings.links.follow import MISSES_SECONDS, MOST_MISSES, Misses, network_of
from tidings.links.minted import CodeTaken, Linked, keep_links
from tidings.links.shorten import Minted, links_in


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
        for code, domain, at in (("bcdfghjkmn", brand.domain, long_ago), ("nmkjhgfdcb", UUID(int=2), now())):
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
        with pytest.raises(CodeTaken):
            await keep_links(connection, [link])
    assert (await brand.follow("/bcdfghjkmn"))[0] == 404
    assert (await brand.follow("/nmkjhgfdcb"))[0] == 404


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


def test_misses_are_forgotten_when_their_time_is_over() -> None:
    at = [0.0]
    misses = Misses(lambda: at[0])
    for _ in range(MOST_MISSES):
        assert not misses.too_many("n")
        misses.count("n")
    assert misses.too_many("n")
    assert not misses.too_many("other")
    at[0] = MISSES_SECONDS
    assert not misses.too_many("n")


def test_only_the_network_of_an_address_is_kept() -> None:
    assert network_of("203.0.113.77") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert network_of("unix") == ""
