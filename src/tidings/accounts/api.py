"""The Accounts, Keys and Balance resources of the 2010-04-01 API.

An API key may use none of them but Balance: who holds a key should not be able to make more of them.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tidings.accounts import tokens_api
from tidings.accounts.account import Account, Key, Status
from tidings.accounts.by_token import by_token
from tidings.accounts.create import create_account
from tidings.accounts.credentials import new_secret
from tidings.accounts.tokens import tokens
from tidings.kernel.codes import ACCESS_DENIED, CODES
from tidings.kernel.instant import rfc2822
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.secrets import Sealer, hash_secret
from tidings.runtime.statements import Statements
from tidings.web.api.errors import absent, refusal
from tidings.web.api.forms import invalid
from tidings.web.api.paging import HIGHEST, LOWEST, cut, envelope, page_of
from tidings.web.api.request import Form, Request, Response, last
from tidings.web.api.routes import Route

SQL = Statements.beside(__file__)

ACCOUNTS = "/2010-04-01/Accounts"
LONGEST_NAME = 64
_INVALID_NAME = CODES[20002]

_encode = msgspec.json.Encoder().encode


def routes(*, db: Database, sealer: Sealer, clock: Clock, entropy: Entropy) -> list[Route]:
    accounts = _Accounts(db, sealer, clock, entropy)
    keys = _Keys(db, clock, entropy)
    one, key = ACCOUNTS + "/{AccountSid}.json", ACCOUNTS + "/{AccountSid}/Keys/{Sid}.json"
    return [
        Route("GET", ACCOUNTS + ".json", by_token(accounts.list)),
        Route("POST", ACCOUNTS + ".json", by_token(accounts.create)),
        Route("GET", one, by_token(accounts.fetch), account_may_be_suspended=True),
        Route("POST", one, by_token(accounts.update), account_may_be_suspended=True),
        Route("GET", ACCOUNTS + "/{AccountSid}/Keys.json", by_token(keys.list)),
        Route("POST", ACCOUNTS + "/{AccountSid}/Keys.json", by_token(keys.create)),
        Route("GET", key, by_token(keys.fetch)),
        Route("POST", key, by_token(keys.update)),
        Route("DELETE", key, by_token(keys.delete)),
        Route("GET", ACCOUNTS + "/{AccountSid}/Balance.json", _balance),
        *tokens_api.routes(db=db, sealer=sealer, clock=clock, entropy=entropy),
    ]


async def _balance(request: Request) -> Response:
    """Nothing is charged, so the balance is always zero."""
    return Response(200, _encode({"account_sid": request.caller.sid, "balance": "0.00", "currency": "USD"}))


@dataclass(frozen=True, slots=True)
class _Accounts:
    db: Database
    sealer: Sealer
    clock: Clock
    entropy: Entropy

    async def create(self, request: Request) -> Response:
        """A subaccount of the caller's account."""
        name = _name(request.form)
        if isinstance(name, Refused):
            return refusal(name)
        now = self.clock()
        async with self.db.transaction() as connection:
            opened = await create_account(
                connection,
                friendly_name=name or f"SubAccount Created at {now:%Y-%m-%d %I:%M %p}",
                sealer=self.sealer,
                entropy=self.entropy,
                now=now,
                parent=request.caller.account,
            )
        return Response(201, _encode(account_view(opened.account, opened.auth_token)))

    async def fetch(self, request: Request) -> Response:
        caller = request.caller
        async with self.db.connection() as connection:
            row = await SQL.one(connection, "account", caller.owner, caller.account)
            return await self._shown(connection, row, request)

    async def update(self, request: Request) -> Response:
        """A parent may suspend, wake or close a subaccount; nobody may do it to the account that asks."""
        caller = request.caller
        name = _name(request.form)
        if isinstance(name, Refused):
            return refusal(name)
        status = last(request.form, "Status")
        if status is not None and status.lower() not in list(Status):
            return refusal(invalid("Status", "must be active, suspended or closed"))
        if status is not None and caller.owner == caller.account:
            return refusal(Refused(ACCESS_DENIED, "An account cannot change its own status."))
        async with self.db.transaction() as connection:
            row = await SQL.one(
                connection,
                "update_account",
                caller.owner,
                caller.account,
                name,
                None if status is None else status.lower(),
                self.clock(),
            )
            if row is None:
                return refusal(invalid("Status", "cannot be changed: the account is closed"))
            return await self._shown(connection, row, request)

    async def list(self, request: Request) -> Response:
        page = page_of(request.query, prefix="AC")
        if isinstance(page, Refused):
            return refusal(page)
        status = last(request.query, "Status")
        if status is not None and status.lower() not in list(Status):
            return refusal(invalid("Status", "must be active, suspended or closed"))
        async with self.db.connection() as connection:
            rows = await SQL.many(
                connection,
                "accounts_page" if page.before is None else "accounts_page_before",
                request.caller.account,
                page.before or LOWEST,
                page.after or HIGHEST,
                last(request.query, "FriendlyName"),
                None if status is None else status.lower(),
                page.fetch,
            )
            shown, further = cut(page, rows)
            accounts = [_account(row) for row in shown]
            entries = [
                account_view(account, await self._token(connection, account.id)) for account in accounts
            ]
        ids = [account.id for account in accounts]
        return envelope(request, page, entries, key="accounts", prefix="AC", ids=ids, further=further)

    async def _shown(self, connection: Connection, row: Record | None, request: Request) -> Response:
        if row is None:
            return absent(request)
        account = _account(row)
        return Response(200, _encode(account_view(account, await self._token(connection, account.id))))

    async def _token(self, connection: Connection, account: UUID) -> str | None:
        return (await tokens(connection, account, sealer=self.sealer)).get("primary")


@dataclass(frozen=True, slots=True)
class _Keys:
    db: Database
    clock: Clock
    entropy: Entropy

    async def create(self, request: Request) -> Response:
        """The only answer that ever shows the secret."""
        name = _name(request.form)
        if isinstance(name, Refused):
            return refusal(name)
        now = self.clock()
        key = Key(mint(now, self.entropy(10), 0), name or "", now, now)
        secret = new_secret(self.entropy)
        hashed = await hash_secret(secret)
        async with self.db.connection() as connection:
            await SQL.run(
                connection, "create_key", request.caller.account, key.id, key.friendly_name, hashed, now
            )
        return Response(201, _encode(key_view(key) | {"secret": secret}))

    async def list(self, request: Request) -> Response:
        page = page_of(request.query, prefix="SK")
        if isinstance(page, Refused):
            return refusal(page)
        async with self.db.connection() as connection:
            rows = await SQL.many(
                connection,
                "keys_page" if page.before is None else "keys_page_before",
                request.caller.account,
                page.before or LOWEST,
                page.after or HIGHEST,
                page.fetch,
            )
        shown, further = cut(page, rows)
        keys = [_key(row) for row in shown]
        entries = [key_view(key) for key in keys]
        ids = [key.id for key in keys]
        return envelope(request, page, entries, key="keys", prefix="SK", ids=ids, further=further)

    async def fetch(self, request: Request) -> Response:
        async def fetched(connection: Connection, key: UUID) -> Record | None:
            return await SQL.one(connection, "key", request.caller.account, key)

        return await self._one(request, fetched)

    async def update(self, request: Request) -> Response:
        name = _name(request.form)
        if isinstance(name, Refused):
            return refusal(name)

        async def renamed(connection: Connection, key: UUID) -> Record | None:
            return await SQL.one(connection, "rename_key", request.caller.account, key, name, self.clock())

        return await self._one(request, renamed)

    async def delete(self, request: Request) -> Response:
        sid = Sid.parse(request.params["Sid"], "SK")
        if sid is not None:
            async with self.db.connection() as connection:
                if await SQL.run(connection, "delete_key", request.caller.account, sid.uuid):
                    return Response(204)
        return absent(request)

    async def _one(
        self, request: Request, deed: Callable[[Connection, UUID], Awaitable[Record | None]]
    ) -> Response:
        sid = Sid.parse(request.params["Sid"], "SK")
        if sid is not None:
            async with self.db.connection() as connection:
                row = await deed(connection, sid.uuid)
            if row is not None:
                return Response(200, _encode(key_view(_key(row))))
        return absent(request)


def _name(form: Form) -> str | Refused | None:
    name = last(form, "FriendlyName")
    return Refused.because(_INVALID_NAME) if name is not None and len(name) > LONGEST_NAME else name


def account_view(account: Account, auth_token: str | None) -> dict[str, Any]:
    sid = f"AC{account.id.hex}"
    uri = f"{ACCOUNTS}/{sid}"
    return {
        "auth_token": auth_token,
        "date_created": rfc2822(account.created_at),
        "date_updated": rfc2822(account.updated_at),
        "friendly_name": account.friendly_name,
        "owner_account_sid": sid if account.parent is None else f"AC{account.parent.hex}",
        "sid": sid,
        "status": account.status.value,
        "subresource_uris": {
            "messages": f"{uri}/Messages.json",
            "keys": f"{uri}/Keys.json",
            "balance": f"{uri}/Balance.json",
            "available_phone_numbers": f"{uri}/AvailablePhoneNumbers.json",
            "incoming_phone_numbers": f"{uri}/IncomingPhoneNumbers.json",
            "short_codes": f"{uri}/SMS/ShortCodes.json",
        },
        "type": account.kind,
        "uri": f"{uri}.json",
    }


def key_view(key: Key) -> dict[str, Any]:
    return {
        "sid": str(Sid("SK", key.id)),
        "friendly_name": key.friendly_name,
        "date_created": rfc2822(key.created_at),
        "date_updated": rfc2822(key.updated_at),
    }


def _account(row: Record) -> Account:
    return Account(
        id=row["id"],
        parent=row["parent"],
        friendly_name=row["friendly_name"],
        status=Status(row["status"]),
        kind=row["kind"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _key(row: Record) -> Key:
    return Key(row["id"], row["friendly_name"], row["created_at"], row["updated_at"])
