"""Small servers that speak the shape of three carriers' public APIs: they take messages, sign, and call back."""

import hashlib
import hmac
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import uuid4

import aiohttp
import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.carriers.http.counter import Counter, json_answer

Signed = tuple[bytes, dict[str, str]]
GONE = "0005"
"""A number that ends so is told to be unknown; 0029 is answered with "too fast", 0099 with a refusal."""


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)


@dataclass
class Shape:
    """`settings` is what a customer is given; `sent` the messages that were taken, by id."""

    settings: dict[str, str]
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def answer(self, counter: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        raise NotImplementedError

    def receipt(self, id: str, url: str, *, delivered: bool) -> Signed:
        raise NotImplementedError

    def inbound(self, url: str, *, source: str, destination: str, text: str) -> Signed:
        raise NotImplementedError


class Vonage(Shape):
    def __init__(self) -> None:
        super().__init__({"api_key": "a1b2c3", "api_secret": "s3cret", "signature_secret": "sign-me"})

    async def answer(self, counter: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        expected = b64encode(b"a1b2c3:s3cret").decode()
        if request.path != "/v1/messages" or request.headers["Authorization"] != f"Basic {expected}":
            return self._problem(401, "unauthorized", "You did not provide correct credentials.")
        message = msgspec.json.decode(body)
        assert set(message) == {"channel", "message_type", "from", "to", "text", "client_ref", "ttl", "sms"}
        assert message["channel"] == "sms"
        assert message["sms"]["encoding_type"] in ("text", "unicode")
        assert isinstance(message["ttl"], int)
        assert not message["to"].startswith("+")
        if message["to"].endswith("0029"):
            return self._problem(429, "1000", "Throttled")
        if message["to"].endswith("0099"):
            return self._problem(422, "1120", "Illegal sender address")
        id = str(uuid4())
        self.sent[id] = message
        return json_answer({"message_uuid": id}, 202)

    def _problem(self, status: int, code: str, title: str) -> web.Response:
        kind = f"https://developer.vonage.com/api-errors/messages#{code}"
        return json_answer({"type": kind, "title": title, "detail": title, "instance": str(uuid4())}, status)

    def _signed(self, body: bytes) -> Signed:
        def part(value: bytes) -> str:
            return urlsafe_b64encode(value).rstrip(b"=").decode()

        claims = {
            "iat": int(time.time()),
            "jti": str(uuid4()),
            "iss": "Vonage",
            "payload_hash": hashlib.sha256(body).hexdigest(),
            "api_key": self.settings["api_key"],
        }
        signed = f"{part(_json({'alg': 'HS256', 'typ': 'JWT'}))}.{part(_json(claims))}"
        mac = hmac.new(self.settings["signature_secret"].encode(), signed.encode(), hashlib.sha256).digest()
        headers = {"Authorization": f"Bearer {signed}.{part(mac)}", "Content-Type": "application/json"}
        return body, headers

    def receipt(self, id: str, url: str, *, delivered: bool) -> Signed:
        message = self.sent[id]
        told = {
            "message_uuid": id,
            "to": message["to"],
            "from": message["from"],
            "timestamp": "2026-05-04T12:00:00.000Z",
            "status": "delivered" if delivered else "undeliverable",
            "client_ref": message["client_ref"],
            "channel": "sms",
            "destination": {"network_code": "12345"},
            "sms": {"count_total": "1"},
        }
        if not delivered:
            kind = "https://developer.vonage.com/api-errors/messages#1190"
            told["error"] = {
                "type": kind,
                "title": 1190,
                "detail": "Absent Subscriber Permanent",
                "instance": "x",
            }
        return self._signed(_json(told))

    def inbound(self, url: str, *, source: str, destination: str, text: str) -> Signed:
        told = {
            "channel": "sms",
            "message_uuid": str(uuid4()),
            "to": destination.removeprefix("+"),
            "from": source.removeprefix("+"),
            "timestamp": "2026-05-04T12:00:00.000Z",
            "text": text,
            "message_type": "text",
            "sms": {"num_messages": "2", "keyword": text.split()[0].upper()},
            "usage": {"currency": "EUR", "price": "0.0333"},
        }
        return self._signed(_json(told))


class Telnyx(Shape):
    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        public = b64encode(self._key.public_key().public_bytes_raw()).decode()
        super().__init__({"api_key": "KEY1", "public_key": public, "messaging_profile_id": "profile-1"})

    async def answer(self, counter: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        if request.path != "/v2/messages" or request.headers["Authorization"] != "Bearer KEY1":
            return self._errors(401, "10009", "Authentication failed")
        message = msgspec.json.decode(body)
        assert message["type"] == "SMS"
        assert message["messaging_profile_id"] == "profile-1"
        assert message["to"].startswith("+")
        if message["to"].endswith("0029"):
            return self._errors(429, "10011", "Too many requests")
        if message["to"].endswith("0099"):
            return self._errors(400, "40305", "Invalid 'from' address")
        id = str(uuid4())
        self.sent[id] = message
        to = [{"phone_number": message["to"], "status": "queued", "carrier": "X", "line_type": "Wireless"}]
        return json_answer(
            {
                "data": {
                    "record_type": "message",
                    "id": id,
                    "to": to,
                    "errors": [],
                    "parts": 1,
                    "direction": "outbound",
                }
            }
        )

    def _errors(self, status: int, code: str, title: str) -> web.Response:
        return json_answer({"errors": [{"code": code, "title": title, "detail": title}]}, status)

    def _signed(self, kind: str, payload: dict[str, Any]) -> Signed:
        body = _json(
            {
                "data": {"event_type": kind, "id": str(uuid4()), "payload": payload, "record_type": "event"},
                "meta": {"attempt": 1},
            }
        )
        at = str(int(time.time()))
        signature = b64encode(self._key.sign(f"{at}|".encode() + body)).decode()
        headers = {
            "Telnyx-Signature-Ed25519": signature,
            "Telnyx-Timestamp": at,
            "Content-Type": "application/json",
        }
        return body, headers

    def receipt(self, id: str, url: str, *, delivered: bool) -> Signed:
        message = self.sent[id]
        assert url == message["webhook_url"]
        status = "delivered" if delivered else "delivery_failed"
        payload = {
            "id": id,
            "direction": "outbound",
            "from": {"phone_number": message["from"]},
            "to": [{"phone_number": message["to"], "status": status}],
            "completed_at": "2026-05-04T12:00:00.000+00:00",
            "errors": [] if delivered else [{"code": "40012", "title": "Invalid destination number"}],
        }
        return self._signed("message.finalized", payload)

    def inbound(self, url: str, *, source: str, destination: str, text: str) -> Signed:
        payload = {
            "id": str(uuid4()),
            "direction": "inbound",
            "from": {"phone_number": source, "carrier": "X", "line_type": "Wireless"},
            "to": [{"phone_number": destination, "status": "webhook_delivered"}],
            "text": text,
            "parts": 2,
            "type": "SMS",
        }
        return self._signed("message.received", payload)


class Plivo(Shape):
    def __init__(self) -> None:
        super().__init__({"auth_id": "MAXXXX", "auth_token": "MTIzNDU2"})

    async def answer(self, counter: Counter, request: web.Request, body: bytes) -> web.StreamResponse:
        expected = b64encode(b"MAXXXX:MTIzNDU2").decode()
        if (
            request.path != "/v1/Account/MAXXXX/Message/"
            or request.headers["Authorization"] != f"Basic {expected}"
        ):
            return web.Response(status=401, text="Could not verify your access level for that URL.")
        message = msgspec.json.decode(body)
        assert set(message) == {"src", "dst", "text", "type", "url", "method"}
        if message["dst"].endswith("0029"):
            return json_answer({"api_id": str(uuid4()), "error": "rate limit exceeded"}, 429)
        if message["dst"].endswith("0099"):
            return json_answer({"api_id": str(uuid4()), "error": "src parameter not valid"}, 400)
        id = str(uuid4())
        self.sent[id] = message
        return json_answer(
            {"api_id": str(uuid4()), "message": "message(s) queued", "message_uuid": [id]}, 202
        )

    def _signed(self, url: str, form: dict[str, str]) -> Signed:
        nonce = uuid4().hex
        split = urlsplit(url)
        base = urlunsplit((split.scheme, split.netloc, split.path, "", ""))
        query = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(split.query)))
        signed = f"{base}?{query}{'.' if query else ''}" + "".join(n + v for n, v in sorted(form.items()))
        key = self.settings["auth_token"].encode()
        mac = b64encode(hmac.new(key, f"{signed}.{nonce}".encode(), hashlib.sha256).digest()).decode()
        headers = {
            "X-Plivo-Signature-V3": mac,
            "X-Plivo-Signature-V3-Nonce": nonce,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return urlencode(form).encode(), headers

    def receipt(self, id: str, url: str, *, delivered: bool) -> Signed:
        message = self.sent[id]
        assert url == message["url"]
        form = {
            "From": message["src"],
            "To": message["dst"],
            "Status": "delivered" if delivered else "undelivered",
            "MessageUUID": id,
            "ParentMessageUUID": id,
            "PartInfo": "1 of 1",
            "TotalRate": "0.00350",
            "Units": "1",
            "MCC": "310",
            "MNC": "410",
        } | ({} if delivered else {"ErrorCode": "50"})
        return self._signed(url, form)

    def inbound(self, url: str, *, source: str, destination: str, text: str) -> Signed:
        form = {
            "From": source.removeprefix("+"),
            "To": destination.removeprefix("+"),
            "Type": "sms",
            "Text": text,
            "MessageUUID": str(uuid4()),
            "TotalParts": "2",
        }
        return self._signed(url, form)


SHAPES: dict[str, Callable[[], Shape]] = {"vonage": Vonage, "telnyx": Telnyx, "plivo": Plivo}


async def tell(url: str, signed: Signed) -> int:
    """The carrier calls us; the status that we answer."""
    body, headers = signed
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status
