"""The domains of accounts: kept, given to services, and known by host."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import msgspec
import structlog

from tidings.kernel.instant import Instant
from tidings.links.blocked import blocked_names
from tidings.links.domain import Domain
from tidings.runtime.database import Connection, Database, Record, is_transient
from tidings.runtime.remembered import Remembered
from tidings.runtime.single_flight import SingleFlight
from tidings.runtime.statements import Statements

SQL = Statements.beside(__file__)
MOST_REMEMBERED = 10_000
TRUST_SECONDS = 5.0
_COLUMNS = tuple(name for name in Domain.__struct_fields__ if name != "blocked")

log = structlog.get_logger(__name__)


async def add_domain(db: Connection, account: UUID, name: str, *, id: UUID, now: Instant) -> Domain | None:
    """A new domain; None where some account has one of this name."""
    row = await SQL.one(db, "add_domain", id, account, name, now)
    return None if row is None else domain_of(row)


async def domains_of(db: Connection, account: UUID) -> list[tuple[Domain, int]]:
    """The domains of an account, the oldest first, with how many services each has."""
    return [(domain_of(row), row["services"]) for row in await SQL.many(db, "domains_of", account)]


async def domain_with(db: Connection, account: UUID, id: UUID) -> Domain | None:
    row = await SQL.one(db, "domain", account, id)
    return None if row is None else domain_of(row)


async def domain_of_service(db: Connection, account: UUID, service: UUID) -> Domain | None:
    row = await SQL.one(db, "domain_of_service", account, service)
    return None if row is None else domain_of(row)


async def join_service(db: Connection, account: UUID, domain: UUID, service: UUID, *, now: Instant) -> bool:
    """Gives a service the domain instead of any that it had. False where the account has not both."""
    return await SQL.run(db, "join_service", account, domain, service, now) > 0


async def part_service(db: Connection, account: UUID, domain: UUID, service: UUID) -> bool:
    """Takes the domain from a service. False where it had another or none."""
    return await SQL.run(db, "part_service", account, domain, service) > 0


async def configure(
    db: Connection,
    domain: Domain,
    *,
    id: UUID,
    now: Instant,
) -> Domain | None:
    """Keeps what the account chose for a domain, as the given value has it; `id` is for a first choice."""
    row = await SQL.one(
        db,
        "configure",
        domain.account,
        domain.id,
        id,
        now,
        domain.fallback_url,
        domain.callback_url,
        domain.continue_on_failure,
        domain.disable_https,
    )
    return None if row is None else domain_of(row)


async def present(
    db: Connection, account: UUID, id: UUID, *, brand: str | None, language: str, home_url: str | None
) -> Domain | None:
    """How a domain presents itself to people whose links have expired; None where the account has none of this id."""
    row = await SQL.one(db, "present_domain", account, id, brand, language, home_url)
    return None if row is None else domain_of(row)


async def add_parameters(
    db: Connection, account: UUID, id: UUID, *, parameters: str, hosts: Sequence[str]
) -> Domain | None:
    """What is added to destinations from now on (of `parameters.written`; "" for nothing); None where the account has
    no domain of this id."""
    row = await SQL.one(db, "add_parameters", account, id, parameters, list(hosts))
    return None if row is None else domain_of(row)


class ServiceDomains:
    """The domain of a service, believed for `trust_seconds`. That there is none is not."""

    def __init__(
        self, db: Database, *, monotonic: Callable[[], float], trust_seconds: float = TRUST_SECONDS
    ) -> None:
        self._db = db
        self._known = Remembered[tuple[UUID, UUID], Domain](
            monotonic=monotonic, trust_seconds=trust_seconds, most=MOST_REMEMBERED
        )

    async def find(self, account: UUID, service: UUID) -> Domain | None:
        async def read() -> Domain | None:
            async with self._db.connection() as connection:
                domain = await domain_of_service(connection, account, service)
                if domain is None:
                    return None
                return msgspec.structs.replace(domain, blocked=await blocked_names(connection))

        return await self._known.find((account, service), read)


class Hosts:
    """All domains by host, read anew when `trust_seconds` have passed. While the database does not answer,
    what was known stays known."""

    def __init__(
        self, db: Database, *, monotonic: Callable[[], float], trust_seconds: float = TRUST_SECONDS
    ) -> None:
        self._db = db
        self._monotonic = monotonic
        self._trust_seconds = trust_seconds
        self._known: Mapping[str, Domain] = {}
        self._stale_at = float("-inf")
        self._reading = SingleFlight[None, None]()

    @property
    def fresh(self) -> bool:
        """Whether what is known need not be read anew yet."""
        return self._monotonic() < self._stale_at

    async def find(self, host: str) -> Domain | None:
        """The domain that a Host header names, its port left aside."""
        if not self.fresh:
            await self._reading.share(None, self._read)
        return self.recall(host)

    def recall(self, host: str) -> Domain | None:
        """The same, as far as it is known."""
        domain = self._known.get(host)
        return domain if domain is not None else self._known.get(host.partition(":")[0].lower().rstrip("."))

    async def _read(self) -> None:
        try:
            async with self._db.connection() as connection:
                rows = await SQL.many(connection, "domains_by_host")
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("domains not read", reason=repr(error))
        else:
            self._known = {row["name"]: domain_of(row) for row in rows}
        self._stale_at = self._monotonic() + self._trust_seconds


def domain_of(row: Record) -> Domain:
    return Domain(**{name: row[name] for name in _COLUMNS})
