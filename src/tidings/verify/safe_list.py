"""`/verify/v2/SafeList/Numbers`: numbers whose verifications are never doubted."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from tidings.kernel.phone_number import PhoneNumber
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database
from tidings.runtime.statements import Statements
from tidings.verify.settings import invalid
from tidings.verify.settings_api import absent
from tidings.web.api.errors import refusal
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response, last
from tidings.web.api.routes import Route

NUMBERS = "/verify/v2/SafeList/Numbers"
SQL = Statements.beside(__file__)

_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, clock: Clock, entropy: Entropy) -> list[Route]:
    numbers = _Numbers(db, clock, entropy)
    return [
        Route("POST", NUMBERS, numbers.add),
        Route("GET", NUMBERS + "/{PhoneNumber}", numbers.fetch),
        Route("DELETE", NUMBERS + "/{PhoneNumber}", numbers.remove),
    ]


async def is_safe(connection: Connection, account: UUID, number: str) -> bool:
    return await SQL.value(connection, "safe_number", account, number) is not None


@dataclass(frozen=True, slots=True)
class _Numbers:
    db: Database
    clock: Clock
    entropy: Entropy

    async def add(self, request: Request) -> Response:
        """A number that stands there already stays as it is."""
        number = _number(last(request.form, "PhoneNumber") or "")
        if number is None:
            return refusal(invalid("PhoneNumber", "is a phone number in E.164"))
        now, account = self.clock(), request.caller.account
        async with self.db.connection() as connection:
            id = await SQL.value(
                connection, "add_safe_number", account, number, mint(now, self.entropy(10), 0), now
            )
        return Response(201, _encode(_view(request, id, number)))

    async def fetch(self, request: Request) -> Response:
        number = _number(request.params["PhoneNumber"])
        if number is not None:
            async with self.db.connection() as connection:
                id = await SQL.value(connection, "safe_number", request.caller.account, number)
            if id is not None:
                return Response(200, _encode(_view(request, id, number)))
        return absent(request)

    async def remove(self, request: Request) -> Response:
        number = _number(request.params["PhoneNumber"])
        if number is not None:
            async with self.db.connection() as connection:
                if await SQL.run(connection, "remove_safe_number", request.caller.account, number):
                    return Response(204)
        return absent(request)


def _number(text: str) -> str | None:
    if text[:1] == " ":
        text = "+" + text[1:]
    number = PhoneNumber.parse(text)
    return None if number is None else number.e164


def _view(request: Request, id: UUID, number: str) -> dict[str, str]:
    url = own_url(request, f"{NUMBERS}/{number}")
    return {"sid": str(Sid("GN", id)), "phone_number": number, "url": url}
