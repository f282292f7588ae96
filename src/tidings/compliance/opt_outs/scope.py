"""How a scope is written outside: a service's SID (MG...), or a sender's address."""

import re
from collections.abc import Iterable
from uuid import UUID

from tidings.kernel.phone_number import PhoneNumber, ShortCode
from tidings.kernel.sid import Sid
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
_SERVICE = re.compile(r"[0-9a-f]{32}")
_RECIPIENT = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def written(scope: str) -> str:
    """A scope as it stands outside."""
    return f"MG{scope}" if _SERVICE.fullmatch(scope) else scope


def parse_scope(text: str) -> str | None:
    """The scope written in `text`; None when it is neither a service's SID nor a number or short code."""
    sid = Sid.parse(text, "MG")
    if sid is not None:
        return sid.uuid.hex
    address = PhoneNumber.parse(text) or ShortCode.parse(text)
    return str(address) if address is not None else None


def parse_recipient(text: str) -> str | None:
    """A person's number in E.164. It need not be one that the numbering plan has: who opted out once may
    have had it before the plan changed, and stays opted out."""
    return text if _RECIPIENT.fullmatch(text) else None


async def known(connection: Connection, account: UUID, scopes: Iterable[str]) -> set[str]:
    """Those that are services or senders of the account."""
    asked = set(scopes)
    services = [UUID(hex=one) for one in asked if _SERVICE.fullmatch(one)]
    rows = await SQL.many(connection, "known_scopes", account, list(asked), services)
    return {row["scope"] for row in rows}
