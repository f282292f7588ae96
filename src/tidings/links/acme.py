"""The connector to an ACME server (RFC 8555), as Let's Encrypt is one: proves by http-01 that a name leads here, and
gets its certificate."""

import asyncio
import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tidings.links.issuer import PATIENCE, Challenge, Issued, IssuerFault, Publish
from tidings.runtime.http import Answered, HttpClient, HttpFailure

PAUSE_SECONDS = 2.0
MOST_LOOKS = 30
"""So often it looks whether the server has made up its mind, with a pause between."""
JOSE = {"Content-Type": "application/jose+json"}
_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_BAD_NONCE = "urn:ietf:params:acme:error:badNonce"


class AcmeFault(Exception):  # noqa: N818 - it names the thing
    """The server refused, or does not answer; the message says what it said."""


class AcmeIssuer:
    """`directory`: the URL of the server's directory. Whoever names it agrees to the server's terms. `seed`: 32 bytes
    that only this installation knows; the account's key is made of them, so that every process has the same account."""

    def __init__(
        self,
        http: HttpClient,
        directory: str,
        *,
        seed: bytes,
        contact: str | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = http
        self._directory = directory
        self._contact = contact
        self._pause = pause
        self._key = ec.derive_private_key(1 + int.from_bytes(seed) % (_ORDER_OF_P256 - 1), ec.SECP256R1())
        self._nonce: str | None = None
        self._account: str | None = None
        self._places: Mapping[str, str] = {}

    async def ask(self, name: str, *, publish: Publish) -> Issued | Challenge | IssuerFault:
        try:
            return await self._issued(name, publish)
        except AcmeFault as fault:
            return IssuerFault(str(fault))
        except (msgspec.MsgspecError, KeyError, TypeError, AttributeError) as error:
            return IssuerFault(f"The ACME server answers in words that cannot be read: {error!r}")

    async def _issued(self, name: str, publish: Publish) -> Issued:
        await self._register()
        identifier = {"type": "dns", "value": name}
        order, place = await self._post(self._places["newOrder"], {"identifiers": [identifier]})
        for authorization in order["authorizations"]:
            await self._prove(authorization, publish)
        key = ec.generate_private_key(ec.SECP256R1())
        await self._post(order["finalize"], {"csr": _text(_request_for(name, key))})
        order = await self._settled(place, until=("valid",))
        pem = await self._fetched(order["certificate"])
        sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return Issued(f"{pem.strip()}\n{sealed}")

    async def _register(self) -> None:
        """The account of this key, which is made where it is not known yet."""
        if self._account is not None:
            return
        answer = await self._http.send("GET", self._directory, patience=PATIENCE)
        if not isinstance(answer, Answered) or answer.status != 200:
            raise AcmeFault(f"The ACME server's directory {_said(answer)}")
        self._places = msgspec.json.decode(answer.body, type=dict[str, Any])
        wish: dict[str, Any] = {"termsOfServiceAgreed": True}
        if self._contact is not None:
            wish["contact"] = [f"mailto:{self._contact}"]
        _, self._account = await self._post(self._places["newAccount"], wish)

    async def _prove(self, authorization: str, publish: Publish) -> None:
        """Lets the server see that whoever has the account's key has the name."""
        state, _ = await self._post(authorization, None)
        if state["status"] == "valid":
            return
        offered = [one for one in state["challenges"] if one["type"] == "http-01"]
        if not offered:
            raise AcmeFault("The ACME server offers no http-01 challenge")
        token = str(offered[0]["token"])
        await publish(token, f"{token}.{self._thumbprint()}")
        await self._post(offered[0]["url"], {})
        await self._settled(authorization, until=("valid",))

    async def _settled(self, place: str, *, until: tuple[str, ...]) -> dict[str, Any]:
        for _ in range(MOST_LOOKS):
            state, _ = await self._post(place, None)
            if state["status"] in until:
                return state
            if state["status"] == "invalid":
                raise AcmeFault(f"The ACME server says no: {_reason(state)}")
            await self._pause(PAUSE_SECONDS)
        raise AcmeFault("The ACME server has not made up its mind within a minute")

    async def _post(self, url: str, payload: Any) -> tuple[dict[str, Any], str]:
        """What the server says to a signed request, and the place that it names. No payload asks for what is there."""
        answer = await self._signed(url, payload)
        body = msgspec.json.decode(answer.body or b"{}", type=dict[str, Any])
        return body, answer.headers.get("Location", "")

    async def _fetched(self, url: str) -> str:
        return (await self._signed(url, None)).body.decode("ascii", "replace")

    async def _signed(self, url: str, payload: Any) -> Answered:
        for _ in range(2):  # a nonce may have grown too old: the answer brings another
            head: dict[str, Any] = {"alg": "ES256", "nonce": await self._fresh_nonce(), "url": url}
            head |= {"jwk": self._jwk()} if self._account is None else {"kid": self._account}
            body = self._jws(head, "" if payload is None else payload)
            answer = await self._http.send("POST", url, headers=JOSE, body=body, patience=PATIENCE)
            if not isinstance(answer, Answered):
                raise AcmeFault(f"The ACME server {_said(answer)}")
            self._nonce = answer.headers.get("Replay-Nonce")
            if answer.status < 400:
                return answer
            if _BAD_NONCE.encode() not in answer.body:
                break
        raise AcmeFault(f"The ACME server {_said(answer)}")

    async def _fresh_nonce(self) -> str:
        nonce, self._nonce = self._nonce, None
        if nonce is None:
            answer = await self._http.send("HEAD", self._places["newNonce"], patience=PATIENCE)
            nonce = answer.headers.get("Replay-Nonce") if isinstance(answer, Answered) else None
        if nonce is None:
            raise AcmeFault("The ACME server gives no nonce")
        return nonce

    def _jws(self, head: Mapping[str, Any], payload: Any) -> bytes:
        protected = _text(_json(head))
        content = "" if payload == "" else _text(_json(payload))
        der = self._key.sign(f"{protected}.{content}".encode(), ec.ECDSA(hashes.SHA256()))
        r, s = decode_dss_signature(der)
        signature = _text(r.to_bytes(32) + s.to_bytes(32))
        return _json({"protected": protected, "payload": content, "signature": signature})

    def _jwk(self) -> dict[str, str]:
        """The account's public key, its members in the order in which RFC 7638 digests them."""
        numbers = self._key.public_key().public_numbers()
        return {
            "crv": "P-256",
            "kty": "EC",
            "x": _text(numbers.x.to_bytes(32)),
            "y": _text(numbers.y.to_bytes(32)),
        }

    def _thumbprint(self) -> str:
        return _text(hashlib.sha256(_json(self._jwk())).digest())


def _request_for(name: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The signing request of a name, in DER."""
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, name)] if len(name) <= 64 else []
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name(subject))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


def _said(answer: Answered | HttpFailure) -> str:
    if isinstance(answer, HttpFailure):
        return f"does not answer: {answer.reason}"
    return f"answers {answer.status}: {answer.body[:300].decode('utf-8', 'replace')}"


def _reason(state: Mapping[str, Any]) -> str:
    told = [state, *state.get("challenges", ())]
    details = [one["error"].get("detail", "") for one in told if one.get("error")]
    return "; ".join(details)[:300] or "no reason given"


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
