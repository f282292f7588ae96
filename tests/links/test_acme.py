"""Certificates from an ACME server: one that holds to RFC 8555 and checks what it is told, on a real socket."""

import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from tests.api_home import SEALER, now
from tests.links.brand import HOST, Brand
from tests.links.papers import DAY, Paper, pem_of, signed

from tidings.kernel.sid import Sid
from tidings.links.acme import AcmeIssuer
from tidings.links.certificates import ask_issuer
from tidings.runtime.http import HttpClient

Look = Callable[[str], Awaitable[str]]


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class AcmeServer:
    """Gives a certificate of one name to whoever serves the answer of its challenge there."""

    def __init__(self, by: Paper, look: Look) -> None:
        self.by, self.look = by, look
        self.nonces: set[str] = set()
        self.keys: dict[str, dict[str, str]] = {}
        self.token = secrets.token_urlsafe(24)
        self.state, self.pem, self.refused, self.asked = "pending", "", 0, []
        self.base = ""

    async def answer(self, request: web.Request) -> web.Response:
        place = request.path
        self.asked.append(place)
        if place == "/directory":
            names = ("newNonce", "newAccount", "newOrder")
            return web.json_response({name: f"{self.base}/{name}" for name in names})
        if place == "/newNonce":
            return self.said(None)
        body = await request.json()
        head = json.loads(unpacked(body["protected"]))
        assert request.content_type == "application/jose+json"
        assert head["url"] == self.base + place
        if head["nonce"] not in self.nonces or self.refused == 1:
            self.refused += 1
            return self.said({"type": "urn:ietf:params:acme:error:badNonce"}, status=400)
        self.nonces.remove(head["nonce"])
        jwk = head["jwk"] if place == "/newAccount" else self.keys[head["kid"]]
        self.check(jwk, body)
        told = json.loads(unpacked(body["payload"])) if body["payload"] else None
        return await self.done(place, told, jwk)

    def check(self, jwk: dict[str, str], body: dict[str, str]) -> None:
        x, y = (int.from_bytes(unpacked(jwk[name])) for name in "xy")
        signature = unpacked(body["signature"])
        der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        public.verify(der, f"{body['protected']}.{body['payload']}".encode(), ec.ECDSA(hashes.SHA256()))

    async def done(self, place: str, told: Any, jwk: dict[str, str]) -> web.Response:
        if place == "/newAccount":
            assert told == {"termsOfServiceAgreed": True, "contact": ["mailto:ops@example.com"]}
            kid = f"{self.base}/account/{jwk['x'][:8]}"
            self.keys[kid] = jwk
            return self.said({"status": "valid"}, place=kid, status=201)
        if place == "/newOrder":
            assert told == {"identifiers": [{"type": "dns", "value": HOST}]}
            return self.said(self.order(), place=f"{self.base}/order", status=201)
        if place == "/challenge":
            canonical = json.dumps(
                {name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":")
            )
            digest = (
                base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()
            )
            seen = await self.look(f"/.well-known/acme-challenge/{self.token}")
            self.state = "valid" if seen == f"{self.token}.{digest}" else "invalid"
            return self.said({})
        if place == "/authorization":
            error = {"detail": "it was not there"} if self.state == "invalid" else None
            challenge = {
                "type": "http-01",
                "url": f"{self.base}/challenge",
                "token": self.token,
                "error": error,
            }
            return self.said({"status": self.state, "challenges": [{"type": "dns-01"}, challenge]})
        if place == "/finalize":
            csr = x509.load_der_x509_csr(unpacked(told["csr"]))
            names = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            assert names.get_values_for_type(x509.DNSName) == [HOST]
            self.pem = pem_of(self.signed(csr)) + pem_of(self.by.certificate)
            return self.said(self.order() | {"status": "processing"})
        if place == "/order":
            return self.said(self.order())
        assert place == "/certificate"
        return web.Response(text=self.pem, headers={"Replay-Nonce": self.nonce()})

    def order(self) -> dict[str, Any]:
        places = {"authorizations": [f"{self.base}/authorization"], "finalize": f"{self.base}/finalize"}
        done = (
            {"status": "valid", "certificate": f"{self.base}/certificate"}
            if self.pem
            else {"status": "pending"}
        )
        return places | done

    def signed(self, csr: x509.CertificateSigningRequest) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(csr.subject)
            .issuer_name(self.by.certificate.subject)
            .public_key(csr.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now() - DAY)
            .not_valid_after(now() + 90 * DAY)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
            .sign(self.by.key, hashes.SHA256())
        )

    def nonce(self) -> str:
        self.nonces.add(nonce := secrets.token_urlsafe(12))
        return nonce

    def said(self, body: Any, *, place: str = "", status: int = 200) -> web.Response:
        headers = {"Replay-Nonce": self.nonce()} | ({"Location": place} if place else {})
        return web.json_response(body, status=status, headers=headers)


@asynccontextmanager
async def serving(server: AcmeServer) -> AsyncIterator[AcmeIssuer]:
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    http = HttpClient(allow_private=True)

    async def at_once(_seconds: float) -> None:
        return None

    try:
        seed = SEALER.key_for("acme account")
        yield AcmeIssuer(
            http, f"{server.base}/directory", seed=seed, contact="ops@example.com", pause=at_once
        )
    finally:
        await http.close()
        await runner.cleanup()


async def asked_for(brand: Brand) -> None:
    path = f"/messaging/v1/LinkShortening/Domains/{Sid('DN', brand.domain)}/RequestManagedCert"
    assert (await brand.home.ask("POST", path, as_=brand.shop)).status == 201


async def test_a_managed_certificate_is_got_from_an_acme_server(brand: Brand) -> None:
    await asked_for(brand)

    async def look(path: str) -> str:
        text: str = (await brand.follow(path))[2]
        return text

    server = AcmeServer(signed("Root"), look)
    async with serving(server) as issuer:
        assert await ask_issuer(brand.home.db, issuer, sealer=SEALER, clock=now) == 1
    [row] = await brand.rows("link_certificates")
    assert (row["chain"], row["fault"]) == (server.pem, None)


async def test_a_nonce_that_is_too_old_is_replaced_and_a_refusal_is_told(brand: Brand) -> None:
    await asked_for(brand)

    async def look(_path: str) -> str:
        return "something else"

    server = AcmeServer(signed("Root"), look)
    server.refused = 1
    async with serving(server) as issuer:
        assert await ask_issuer(brand.home.db, issuer, sealer=SEALER, clock=now) == 0
    [row] = await brand.rows("link_certificates")
    assert row["chain"] is None
    assert row["fault"] == "The ACME server says no: it was not there"
    assert server.asked.count("/newAccount") == 2
