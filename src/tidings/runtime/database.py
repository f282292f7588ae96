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
        self._ear = Ear(url, application_name=f"{application_name} listener")

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

    async def answers(self) -> bool:
        """Whether the database answers now, within two seconds."""
        try:
            async with asyncio.timeout(2), self.connection() as connection:
                await connection.execute("select 1")
        except Exception as error:
            if not is_transient(error):
                raise
            return False
        return True

    async def listen(self, channel: str, on_news: Callable[[str], None]) -> Listener:
        """Calls `on_news` with each notice's payload, and with "" after each (re)connection: notices may be
        lost then.

        Returns when the first subscription stands.
        """
        listener = Listener(self._ear, channel, on_news)
        self._ear.add(listener)
        try:
            await listener.stands.wait()
        except asyncio.CancelledError:
            await listener.close()
            raise
        return listener

    async def close(self) -> None:
        """Waits for borrowed connections to come back, then closes all."""
        await self._pool.close()


class Listener:
    """One subscription, kept until closed. Several may be to one channel."""

    def __init__(self, ear: Ear, channel: str, on_news: Callable[[str], None]) -> None:
        self.channel = channel
        self.stands = asyncio.Event()
        self.on_news = on_news
        self._ear = ear

    def heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        self.on_news(str(payload))

    async def close(self) -> None:
        """Ends the subscription: `on_news` is not called any more."""
        await self._ear.remove(self)


class Ear:
    """The connection on which a pool's owner hears notices, renewed for ever while anybody listens.

    It is one for all channels, because PostgreSQL wakes every session that listens to anything for every notice.
    Only its task touches the connection: others change the list of listeners and wake it.
    """

    def __init__(self, url: str, *, application_name: str) -> None:
        self._url = url
        self._application_name = application_name
        self._listeners: list[Listener] = []
        self._leaving: list[Listener] = []
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(self, listener: Listener) -> None:
        self._listeners.append(listener)
        self._woken.set()
        if self._task is None:
            self._task = asyncio.create_task(self._keep(), name=self._application_name)

    async def remove(self, listener: Listener) -> None:
        if listener not in self._listeners:
            return
        self._listeners.remove(listener)
        listener.on_news = _ignore
        if self._listeners:
            self._leaving.append(listener)
            self._woken.set()
            return
        task, self._task = self._task, None
        self._leaving.clear()
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _keep(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._stay_connected()
                pause = FIRST_PAUSE_SECONDS
            except Exception as error:
                log.warning("subscriptions lost", fault=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _stay_connected(self) -> None:
        """Subscribes whoever listens, and returns when the connection has ended."""
        connection: asyncpg.Connection[Any] = await asyncpg.connect(
            self._url, timeout=10, server_settings={"application_name": self._application_name}
        )
        ended = False

        def end(_connection: object) -> None:
            nonlocal ended
            ended = True
            self._woken.set()

        try:
            connection.add_termination_listener(end)
            while not ended:
                self._woken.clear()
                await self._follow(connection)
                try:
                    async with asyncio.timeout(LISTENER_CHECK_SECONDS):
                        await self._woken.wait()
                except TimeoutError:
                    # A peer that vanished without a word is found out by asking.
                    await connection.fetch("", timeout=10)
        finally:
            connection.terminate()
            self._leaving.clear()
            for listener in self._listeners:
                listener.stands.clear()

    async def _follow(self, connection: asyncpg.Connection[Any]) -> None:
        """Subscribe on this connection whoever came, and unsubscribe whoever left."""
        while self._leaving:
            listener = self._leaving.pop()
            await connection.remove_listener(listener.channel, listener.heard)
        for listener in tuple(self._listeners):
            if not listener.stands.is_set():
                await connection.add_listener(listener.channel, listener.heard)
                listener.stands.set()
                listener.on_news("")


def _ignore(_payload: str) -> None:
    pass


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
