"""Certificates of domains: what is uploaded is judged first, what is managed is asked of an issuer and renewed."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from tests.api_home import SEALER, now
from tests.links.brand import HOST, Brand
from tests.links.papers import Paper, pem_of, pem_of_key, signed, weak_key

from tidings.kernel.sid import Sid
from tidings.links.certificate import Certificate, Unusable, read_certificate
from tidings.links.certificates import ask_issuer, opened
from tidings.links.dns import dns_standing
from tidings.links.issuer import Challenge, Issued, IssuerFault, WebIssuer, read_answer
from tidings.links.named_tls import NamedTls
from tidings.runtime.http import HttpClient
from tidings.web.listening import Patience, SealedByName, listen, serve_http


@pytest.fixture(scope="module")
def root() -> Paper:
    return signed("Root")


@pytest.fixture(scope="module")
def middle(root: Paper) -> Paper:
    return signed("Middle", root)


def test_a_certificate_is_put_in_order_with_its_chain_and_key(root: Paper, middle: Paper) -> None:
    leaf = signed(HOST, middle, names=(HOST, "other.example"))
    for text in (
        leaf.pem + pem_of(middle.certificate) + pem_of(root.certificate),
        pem_of_key(leaf.key)
        + pem_of(root.certificate)
        + pem_of(middle.certificate)
        + pem_of(leaf.certificate),
    ):
        read = read_certificate(text, name=HOST, now=now())
        assert isinstance(read, Certificate)
        assert read.chain == pem_of(leaf.certificate) + pem_of(middle.certificate) + pem_of(root.certificate)
        assert read.key == pem_of_key(leaf.key)
        assert abs(read.expires_at - now() - timedelta(days=90)) < timedelta(minutes=5)
    wildcard = signed("x", middle, names=("*.example.com",))
    assert isinstance(read_certificate(wildcard.pem, name=HOST, now=now()), Certificate)


def test_what_no_phone_would_trust_is_refused_with_its_reason(root: Paper, middle: Paper) -> None:
    good = signed(HOST, middle, names=(HOST,))
    cases = {
        "must hold one private key": pem_of(good.certificate),
        "holds no certificate": pem_of_key(good.key),
        "belongs to none": pem_of(good.certificate) + pem_of_key(middle.key),
        "is for other.example, not for": signed("o", middle, names=("other.example",)).pem,
        "is signed by itself": signed(HOST, names=(HOST,)).pem,
        "has expired on": signed(HOST, middle, names=(HOST,), days=(-9, -1)).pem,
        "is valid from": signed(HOST, middle, names=(HOST,), days=(1, 9)).pem,
        "does not sign another": good.pem + pem_of(root.certificate),
        "under a password": pem_of(good.certificate) + pem_of_key(good.key, b"secret"),
        "neither RSA of 2048": signed(HOST, middle, names=(HOST,), key=weak_key()).pem,
        "is longer than": good.pem + " " * 70_000,
        "cannot be read": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    }
    for why, text in cases.items():
        read = read_certificate(text, name=HOST, now=now())
        assert isinstance(read, Unusable), why
        assert why in read.why


async def test_an_uploaded_certificate_is_kept_with_its_key_sealed(brand: Brand, middle: Paper) -> None:
    domain = f"/messaging/v1/LinkShortening/Domains/{Sid('DN', brand.domain)}"
    leaf = signed(HOST, middle, names=(HOST,))

    async def ask(method: str, path: str = "/Certificate", **form: str) -> Any:
        return await brand.home.ask(method, domain + path, as_=brand.shop, form=form or None)

    assert (await ask("GET")).status == 404
    assert (await ask("POST")).body["code"] == 20422
    wrong = await ask("POST", TlsCert=signed(HOST, names=(HOST,)).pem)
    assert (wrong.status, wrong.body["code"]) == (400, 20422)
    assert "signed by itself" in wrong.body["message"]
    kept = await ask("POST", TlsCert=leaf.pem)
    assert (kept.status, kept.body["domain_name"], kept.body["certificate_sid"][:2]) == (201, HOST, "CW")
    assert (await ask("POST", TlsCert=leaf.pem)).status == 200
    [row] = await brand.rows("link_certificates")
    assert b"PRIVATE KEY" not in row["sealed_key"]
    async with brand.home.db.connection() as connection:
        pem = await opened(connection, brand.shop.account.id, brand.domain, sealer=SEALER)
    assert pem == (pem_of(leaf.certificate), pem_of_key(leaf.key))
    assert (await ask("DELETE")).status == 204
    assert (await ask("DELETE")).status == 404
    other = await brand.home.open_account("Other")
    path = domain + "/Certificate"
    assert (await brand.home.ask("POST", path, as_=other, form={"TlsCert": leaf.pem})).status == 404


@asynccontextmanager
async def connector(answers: list[tuple[int, Any]]) -> AsyncIterator[WebIssuer]:
    """An issuer's connector that answers with these, one after another."""

    async def answer(request: web.Request) -> web.Response:
        assert await request.json() == {"domain": HOST}
        status, said = answers.pop(0)
        return web.json_response(said, status=status)

    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    http = HttpClient(allow_private=True)
    try:
        port = runner.addresses[0][1]
        yield WebIssuer(http, f"http://127.0.0.1:{port}/")
    finally:
        await http.close()
        await runner.cleanup()


async def test_a_managed_certificate_is_got_through_the_challenge_of_its_issuer(
    brand: Brand, middle: Paper
) -> None:
    path = f"/messaging/v1/LinkShortening/Domains/{Sid('DN', brand.domain)}/RequestManagedCert"
    assert (await brand.home.ask("GET", path, as_=brand.shop)).status == 404
    asked = await brand.home.ask("POST", path, as_=brand.shop)
    assert (asked.status, asked.body["managed"], asked.body["requesting"]) == (201, True, True)
    leaf = signed(HOST, middle, names=(HOST,))
    answers: list[tuple[int, Any]] = [
        (202, {"token": "t" * 43, "answer": "t.k", "again_in": 5}),
        (500, {"error": "too many requests"}),
        (200, {"pem": signed(HOST, names=(HOST,)).pem}),
        (200, {"pem": leaf.pem}),
    ]

    async def round_(issuer: WebIssuer, *, after: float) -> int:
        def clock() -> datetime:
            return now() + timedelta(seconds=after)

        return await ask_issuer(brand.home.db, issuer, sealer=SEALER, clock=clock)

    async with connector(answers) as issuer:
        assert await round_(issuer, after=0) == 0
        assert (await brand.follow(f"/.well-known/acme-challenge/{'t' * 43}"))[2] == "t.k"
        assert await round_(issuer, after=1) == 0
        assert len(answers) == 3
        assert await round_(issuer, after=7) == 0
        [row] = await brand.rows("link_certificates")
        assert row["fault"] == "too many requests"
        assert await round_(issuer, after=3700) == 0
        [row] = await brand.rows("link_certificates")
        assert "signed by itself" in row["fault"]
        assert await round_(issuer, after=7400) == 1
        assert await round_(issuer, after=7500) == 0
    done = (await brand.home.ask("GET", path, as_=brand.shop)).body
    assert (done["managed"], done["requesting"]) == (True, False)
    [row] = await brand.rows("link_certificates")
    assert row["expires_at"] - row["ask_at"] == timedelta(days=30)


def test_what_a_connector_says_is_read_with_care() -> None:
    assert read_answer(200, b'{"pem": "x"}') == Issued("x")
    assert read_answer(202, b'{"token": "aaaaaaaaaaaaaaaa", "answer": "b", "again_in": 0}') == Challenge(
        "a" * 16, "b", 1
    )
    for status, body in (
        (202, b'{"token": "../../x", "answer": "b", "again_in": 1}'),
        (200, b"{"),
        (200, b'{"pem": 1}'),
        (404, b"Not Found"),
        (500, json.dumps({"error": "no"}).encode()),
    ):
        assert isinstance(read_answer(status, body), IssuerFault)


async def test_a_brands_name_is_answered_over_tls_with_its_own_certificate(
    brand: Brand, root: Paper, middle: Paper
) -> None:
    path = f"/messaging/v1/LinkShortening/Domains/{Sid('DN', brand.domain)}/Certificate"
    held = NamedTls(brand.home.db, sealer=SEALER)
    trusting = ssl.create_default_context(cadata=pem_of(root.certificate))

    async def app(scope: dict[str, Any], _receive: Any, send: Any) -> None:
        assert scope["scheme"] == "https"
        await send({"type": "http.response.start", "status": 302, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def serial_over_tls(name: str) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting, server_hostname=name)
        writer.write(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        assert (await reader.read()).startswith(b"HTTP/1.1 302")
        der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        return x509.load_der_x509_certificate(der).serial_number

    async def keep(leaf: Paper) -> int:
        pem = leaf.pem + pem_of(middle.certificate)
        assert (await brand.home.ask("POST", path, as_=brand.shop, form={"TlsCert": pem})).status < 300
        await held.read()
        return leaf.certificate.serial_number

    clear, sealed = listen("127.0.0.1", 0), listen("127.0.0.1", 0, shared=True)
    port = sealed.getsockname()[1]
    stopping, ready = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as crew:
        served = serve_http(
            app,
            clear=clear,
            sealed=None,
            by_name=SealedByName(sealed, held.context),
            patience=Patience(5),
            trusted_proxies="",
            stopping=stopping,
            ready=ready.set,
        )
        crew.create_task(served)
        await ready.wait()
        first = await keep(signed(HOST, middle, names=(HOST,)))
        assert await serial_over_tls(HOST) == first
        second = await keep(signed(HOST, middle, names=(HOST,)))
        assert await serial_over_tls(HOST) == second
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await serial_over_tls("other.example")
        assert (await brand.home.ask("DELETE", path, as_=brand.shop)).status == 204
        await held.read()
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await serial_over_tls(HOST)
        stopping.set()


async def test_a_name_must_lead_here_and_nowhere_else() -> None:
    known = {
        "here.example": {"192.0.2.1", "192.0.2.2"},
        "good.example": {"192.0.2.2"},
        "bad.example": {"192.0.2.9"},
    }

    async def resolve(name: str) -> frozenset[str]:
        return frozenset(known.get(name, ()))

    async def standing(name: str, target: str | None = "here.example") -> tuple[bool, str]:
        return await dns_standing(name, target=target, resolve=resolve)

    assert await standing("good.example") == (True, "")
    assert await standing("bad.example", None) == (True, "")
    assert "192.0.2.9" in (await standing("bad.example"))[1]
    assert "CNAME record that names here.example" in (await standing("none.example"))[1]
    assert "tell the operator" in (await standing("good.example", "gone.example"))[1]


async def test_a_domain_whose_name_does_not_resolve_is_told_so(brand: Brand) -> None:
    path = f"/messaging/v1/LinkShortening/Domains/{Sid('DN', brand.domain)}/ValidateDns"
    async with brand.home.db.connection() as connection:
        await connection.execute("update link_domains set name = 'go.nowhere.invalid'")
    told = (await brand.home.ask("GET", path, as_=brand.shop)).body
    assert (told["is_valid"], told["domain_sid"]) == (False, str(Sid("DN", brand.domain)))
    assert "go.nowhere.invalid does not resolve" in told["reason"]
