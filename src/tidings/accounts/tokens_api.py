"""`/accounts/v1/AuthTokens`: a second auth token beside the first, and its promotion.

A rotation without a gap: POST Secondary, bring the new token to every program, POST Promote. Both tokens open every
door in between; callbacks are signed with the primary one. A token that is valid no more is refused after five
seconds at most.
"""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from tidings.accounts.by_token import by_token
from tidings.accounts.tokens import drop_secondary, make_secondary, promote_secondary, tokens
from tidings.kernel.instant import iso8601
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database
from tidings.runtime.secrets import Sealer
from tidings.web.api.errors import absent
from tidings.web.api.products import own_url
from tidings.web.api.request import Request, Response
from tidings.web.api.routes import Route

SECONDARY = "/accounts/v1/AuthTokens/Secondary"
PROMOTE = "/accounts/v1/AuthTokens/Promote"

_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, sealer: Sealer, clock: Clock, entropy: Entropy) -> list[Route]:
    auth_tokens = _AuthTokens(db, sealer, clock, entropy)
    return [
        Route("POST", SECONDARY, by_token(auth_tokens.create)),
        Route("DELETE", SECONDARY, by_token(auth_tokens.delete)),
        Route("POST", PROMOTE, by_token(auth_tokens.promote)),
    ]


@dataclass(frozen=True, slots=True)
class _AuthTokens:
    db: Database
    sealer: Sealer
    clock: Clock
    entropy: Entropy

    async def create(self, request: Request) -> Response:
        """In place of an earlier secondary token, which is valid no more."""
        now = self.clock()
        async with self.db.transaction() as connection:
            token = await make_secondary(
                connection, request.caller.account, sealer=self.sealer, entropy=self.entropy, now=now
            )
        told = {
            "account_sid": request.caller.sid,
            "date_created": iso8601(now),
            "date_updated": iso8601(now),
            "secondary_auth_token": token,
            "url": own_url(request, SECONDARY),
        }
        return Response(201, _encode(told))

    async def delete(self, request: Request) -> Response:
        async with self.db.transaction() as connection:
            dropped = await drop_secondary(connection, request.caller.account)
        return Response(204) if dropped else absent(request)

    async def promote(self, request: Request) -> Response:
        account: UUID = request.caller.account
        async with self.db.transaction() as connection:
            made_at = await promote_secondary(connection, account)
            known = await tokens(connection, account, sealer=self.sealer)
        if made_at is None:
            return absent(request)
        told = {
            "account_sid": request.caller.sid,
            "auth_token": known["primary"],
            "date_created": iso8601(made_at),
            "date_updated": iso8601(self.clock()),
            "url": own_url(request, PROMOTE),
        }
        return Response(200, _encode(told))
