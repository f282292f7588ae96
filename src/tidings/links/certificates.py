"""The certificates of domains: kept with their keys sealed, asked of an issuer where they are managed."""

from datetime import timedelta
from functools import partial
from uuid import UUID

import msgspec
import structlog

from tidings.kernel.instant import Instant
from tidings.links.certificate import RENEW_BEFORE_END, Certificate, Unusable, read_certificate
from tidings.links.files import CHALLENGE, keep_file
from tidings.links.issuer import Challenge, Issued, Issuer, IssuerFault
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database, Record
from tidings.runtime.secrets import Sealer
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
AGAIN_AFTER_FAULT = timedelta(hours=1)
"""Issuers count failures against whoever asks."""
AT_ONCE = 20

log = structlog.get_logger(__name__)


class KeptCertificate(msgspec.Struct, frozen=True):
    """What is known of a domain's certificate. `expires_at` None: the issuer has not given it yet."""

    id: UUID
    domain: UUID
    managed: bool
    requesting: bool
    expires_at: Instant | None
    fault: str | None
    created_at: Instant
    updated_at: Instant


async def certificate_of(db: Connection, account: UUID, domain: UUID) -> KeptCertificate | None:
    row = await SQL.one(db, "certificate", account, domain)
    return None if row is None else _kept(row)


async def keep_certificate(
    db: Connection,
    account: UUID,
    domain: UUID,
    certificate: Certificate,
    *,
    id: UUID,
    sealer: Sealer,
    now: Instant,
) -> KeptCertificate | None:
    """An uploaded one, in the place of any other: from now on it is its account's to renew. `id` is for a first one."""
    sealed = sealer.seal(certificate.key, about=_about(domain))
    row = await SQL.one(
        db, "keep_certificate", account, domain, id, certificate.chain, sealed, certificate.expires_at, now
    )
    return None if row is None else _kept(row)


async def drop_certificate(db: Connection, account: UUID, domain: UUID) -> bool:
    return await SQL.run(db, "drop_certificate", account, domain) > 0


async def request_certificate(
    db: Connection, account: UUID, domain: UUID, *, id: UUID, now: Instant
) -> KeptCertificate | None:
    """Lets the issuer be asked, now and before each end, until another is uploaded."""
    row = await SQL.one(db, "request_certificate", account, domain, id, now)
    return None if row is None else _kept(row)


async def opened(db: Connection, account: UUID, domain: UUID, *, sealer: Sealer) -> tuple[str, str] | None:
    """Chain and key in PEM, for whatever ends TLS; None while there are none."""
    row = await SQL.one(db, "certificate", account, domain)
    if row is None or row["chain"] is None:
        return None
    return row["chain"], unsealed(row["sealed_key"], domain, sealer)


def unsealed(sealed_key: bytes, domain: UUID, sealer: Sealer) -> str:
    """The key of a domain's certificate in PEM. Raises Unsealable where it was sealed with another key than the
    home's."""
    return sealer.unseal(sealed_key, about=_about(domain))


async def ask_issuer(db: Database, issuer: Issuer, *, sealer: Sealer, clock: Clock) -> int:
    """One round over managed certificates that are missing or near their end: how many were got."""
    got = 0
    async with db.connection() as connection:
        due = await SQL.many(connection, "certificates_to_ask", clock(), AT_ONCE, clock() + AGAIN_AFTER_FAULT)
    for row in due:
        said = await issuer.ask(row["name"], publish=partial(_publish, db, row, clock))
        now = clock()
        outcome = _read(said, row["name"], now=now) if isinstance(said, Issued) else said
        async with db.transaction() as connection:
            await _take_in(connection, row, outcome, sealer=sealer, now=now)
        got += isinstance(outcome, Certificate)
    return got


async def _publish(db: Database, row: Record, clock: Clock, token: str, answer: str) -> None:
    """Serves the answer of a challenge on the domain's host."""
    async with db.transaction() as connection:
        await _keep_answer(connection, row, token, answer, now=clock())


async def _keep_answer(connection: Connection, row: Record, token: str, answer: str, *, now: Instant) -> None:
    name, body = CHALLENGE + token, answer.encode()
    await keep_file(connection, row["account"], row["domain"], name, body, type="text/plain", now=now)


async def _take_in(
    connection: Connection,
    row: Record,
    outcome: Certificate | Challenge | IssuerFault,
    *,
    sealer: Sealer,
    now: Instant,
) -> None:
    account, domain = row["account"], row["domain"]
    match outcome:
        case Certificate(chain, key, expires_at):
            sealed = sealer.seal(key, about=_about(domain))
            renew_at = expires_at - RENEW_BEFORE_END
            await SQL.run(
                connection, "got_certificate", account, domain, chain, sealed, expires_at, renew_at, now
            )
        case Challenge(token, answer, again_in_seconds):
            await _keep_answer(connection, row, token, answer, now=now)
            again = now + timedelta(seconds=again_in_seconds)
            await SQL.run(connection, "ask_again", account, domain, again, None)
        case IssuerFault(why):
            log.warning("no certificate", domain=row["name"], fault=why)
            await SQL.run(connection, "ask_again", account, domain, now + AGAIN_AFTER_FAULT, why[:500])


def _read(issued: Issued, name: str, *, now: Instant) -> Certificate | IssuerFault:
    known = read_certificate(issued.pem, name=name, now=now)
    return IssuerFault(f"The issuer's certificate {known.why}.") if isinstance(known, Unusable) else known


def _kept(row: Record) -> KeptCertificate:
    return KeptCertificate(
        id=row["id"],
        domain=row["domain"],
        managed=row["managed"],
        requesting=row["managed"] and row["chain"] is None,
        expires_at=row["expires_at"],
        fault=row["fault"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _about(domain: UUID) -> bytes:
    return b"certificate " + domain.bytes
