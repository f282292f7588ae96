"""Connections to PostgreSQL: a pool that outlives restarts and failovers, and a listener that never gives
up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

import asyncpg
import msgspec
import structlog

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "asyncpg.Connection[Any] | PoolConnectionProxy[Any]"
Record = asyncpg.Record
Result = TypeVar("Result")

log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
LISTENER_CHECK_SECONDS = 30.0

_TRANSIENT = (
    OSError,  # refused, reset, timed out: TimeoutError is one
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ReadOnlySQLTransactionError,  # the old primary after a failover
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InvalidCachedStatementError,  # the schema moved under a prepared statement
    asyncpg.OutdatedSchemaCacheError,
    asyncpg.TargetServerAttributeNotMatched,
    asyncpg.InternalClientError,  # seen while a server goes away in the middle of an answer
)


def is_transient(error: BaseException) -> bool:
    """Whether the same transaction may well succeed a moment later: restart, failover, deadlock."""
    if isinstance(error, asyncpg.InterfaceError):
        text = str(error)
        return "connection" in text and "closed" in text and "pool" not in text
    return isinstance(error, _TRANSIENT)


async def with_retries(deed: Callable[[], Awaitable[Result]], *, wait_seconds: float = 30.0) -> Result:
    """Repeats a whole transaction until it succeeds, for at most so many seconds of transient faults.

    A commit whose answer was lost has happened, so the deed must bear being done twice. Other errors pass
    at once.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_seconds
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return await deed()
        except Exception as error:
            if not is_transient(error) or loop.time() + pause > deadline:
                raise
            log.info("database fault, trying again", fault=type(error).__name__)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


class Database:
    """A pool of connections to one database. `jsonb` values are Python values on both sides."""

    def __init__(
        self, url: str, pool: asyncpg.Pool[Any], *, application_name: str, wait_seconds: float
    ) -> None:
        self.url = url
        self._pool = pool
        self._application_name = application_name
        self._wait_seconds = wait_seconds

    @classmethod
    async def connect(
        cls,
        url: str,
        *,
        application_name: str,
        smallest: int = 1,
        largest: int = 8,
        settings: Mapping[str, str] | None = None,
        wait_seconds: float = 30.0,
        command_timeout_seconds: float | None = 60.0,
    ) -> Self:
        """A pool on `url`. While PostgreSQL is away, opening and each later borrowing waits up to
        `wait_seconds`.

        `settings` hold for every session of the pool: a borrower must not change them.
        """

        async def open_pool() -> asyncpg.Pool[Any]:
            pool = asyncpg.create_pool(
                url,
                min_size=smallest,
                max_size=largest,
                init=_prepare_connection,
                reset=_leave_as_is,
                command_timeout=command_timeout_seconds,
                server_settings={"application_name": application_name, **(settings or {})},
            )
            try:
                return await pool
            except BaseException:
                pool.terminate()
                raise

        pool = await with_retries(open_pool, wait_seconds=wait_seconds)
        return cls(url, pool, application_name=application_name, wait_seconds=wait_seconds)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Borrows a connection; waits when all are lent, and while PostgreSQL restarts."""
        borrowed = await with_retries(self._pool.acquire, wait_seconds=self._wait_seconds)
        try:
            yield borrowed
        finally:
            await self._pool.release(borrowed)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection in a transaction that commits at the end of the block, or rolls back on an
        exception.
        """
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def listen(self, channel: str, on_news: Callable[[str], None]) -> Listener:
        """Calls `on_news` with each notice's payload, and with "" after each (re)connection: notices may be
        lost then.

        Returns when the first subscription stands.
        """
        listener = Listener(self.url, channel, on_news, application_name=self._application_name)
        await listener.subscribed()
        return listener

    async def close(self) -> None:
        """Waits for borrowed connections to come back, then closes all."""
        await self._pool.close()


class Listener:
    """One subscription on a connection of its own, renewed for ever until closed."""

    def __init__(
        self, url: str, channel: str, on_news: Callable[[str], None], *, application_name: str
    ) -> None:
        self._url = url
        self._channel = channel
        self._on_news = on_news
        self._application_name = application_name
        self._stands = asyncio.Event()
        self._task = asyncio.create_task(self._keep(), name=f"listen {channel}")

    async def subscribed(self) -> None:
        """Waits until the subscription stands."""
        await self._stands.wait()

    async def close(self) -> None:
        """Ends the subscription."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _keep(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._stay_subscribed()
                pause = FIRST_PAUSE_SECONDS
            except Exception as error:
                log.warning("subscription lost", channel=self._channel, fault=type(error).__name__)
            self._stands.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _stay_subscribed(self) -> None:
        """Subscribes, and returns when the connection has ended."""
        connection: asyncpg.Connection[Any] = await asyncpg.connect(
            self._url, timeout=10, server_settings={"application_name": f"{self._application_name} listener"}
        )
        ended = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: ended.set())
            await connection.add_listener(self._channel, self._heard)
            self._stands.set()
            self._on_news("")
            while not ended.is_set():
                try:
                    async with asyncio.timeout(LISTENER_CHECK_SECONDS):
                        await ended.wait()
                except TimeoutError:
                    # A peer that vanished without a word is found out by asking.
                    await connection.fetch("", timeout=10)
        finally:
            connection.terminate()

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        self._on_news(str(payload))


def _encode_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def _prepare_connection(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_encode_json, decoder=msgspec.json.decode, format="text"
    )


async def _leave_as_is(_connection: Connection) -> None:
    """Saves the round trip of a reset: borrowers leave no session state, and open transactions are rolled
    back.
    """
