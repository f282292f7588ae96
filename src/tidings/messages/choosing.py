"""Who sends a message that goes through a messaging service: what `senders/selection` decides on, fetched and kept.

A pool is sorted when it is read anew (every few seconds), whom people know is read for all messages of a moment at
once, and how full lanes are is told by the gauges: read anew in one query for all the lanes of a pool that were used,
some times a second. So a choice costs no query of its own.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tidings.kernel.codes import SERVICE_HAS_NO_SENDER, SERVICE_NOT_FOUND, Code
from tidings.lanes.allowance import Registered
from tidings.lanes.gauge import Gauges
from tidings.lanes.key import LaneKey
from tidings.messages.draft import Draft
from tidings.runtime.database import Database
from tidings.runtime.group_commit import GroupCommit
from tidings.runtime.single_flight import SingleFlight
from tidings.runtime.statements import Statements
from tidings.senders import USUAL_MPS, Directory, Kind, Sender
from tidings.senders.selection import Chosen, Destination, Selection, Spread, Turns, choose
from tidings.senders.selection.area_codes import area_code_of
from tidings.senders.selection.choose import Bar, Equals
from tidings.senders.services import Pool, Services

SQL = Statements.beside(__file__)

TELL_SECONDS = 0.4
"""How often the queues of the lanes in use are read anew."""
STICKY_SECONDS = 30.0
"""How long it is remembered whom a person has heard from; the table may have changed by then."""
MOST_STICKY = 100_000
MOST_POOLS = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What is registered for the senders of a pool: what bars them and where, and their 10DLC campaigns by address."""

    bar: Bar = lambda sender, country: None
    registered: Mapping[str, Registered] = field(default_factory=dict)


Standings = Callable[[Sequence[Sender]], Awaitable[Standing]]
"""Reads what is registered for some senders of one account."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The message as a sender sends it. `others`: the same from equal ones, shortest queue first, for when the lane of
    this one is full. `sticks`: the person shall go on hearing from it, which is to be written."""

    draft: Draft
    sticks: bool
    others: Callable[[], Iterator[Draft]]


async def nothing_registered(_: Sequence[Sender]) -> Standing:
    return Standing()


class Choosing:
    """`key_of` names the lane of a message that has its sender, given the network of its recipient; `monotonic` is a
    clock in seconds."""

    def __init__(
        self,
        db: Database,
        *,
        gauges: Gauges,
        services: Services,
        senders: Directory,
        key_of: Callable[[Draft, str | None], LaneKey],
        monotonic: Callable[[], float],
        standings: Standings = nothing_registered,
    ) -> None:
        self._db = db
        self._gauges = gauges
        self._services = services
        self._senders = senders
        self._key_of = key_of
        self._monotonic = monotonic
        self._standings = standings
        self._pools: dict[tuple[UUID, bool], _PoolInUse] = {}
        self._taking = SingleFlight[tuple[UUID, bool], _PoolInUse]()
        self._opening = SingleFlight[tuple[UUID, bool, str, str | None], _Board]()
        self._known = _Acquaintances(db, monotonic)

    async def choose(self, draft: Draft, *, network: str | None, by_long_code: bool = False) -> Choice | Code:
        """The sender of a message through a service, or the code with which it fails. `network` is the recipient's;
        `by_long_code` leaves every other kind out, and all of them where the service forbids it."""
        assert draft.service is not None
        pool = self._services.recall(draft.account, draft.service) or await self._services.find(
            draft.account, draft.service
        )
        if pool is None:
            return SERVICE_NOT_FOUND
        if by_long_code and not pool.service.fallback_to_long_code:
            return SERVICE_HAS_NO_SENDER
        used = self._pools.get((draft.service, by_long_code))
        if used is None or used.pool is not pool:
            used = await self._taking.share(
                (draft.service, by_long_code), lambda: self._take_into_use(pool, by_long_code=by_long_code)
            )
        board = used.boards.get((draft.country, network))
        if board is None:
            place = (draft.service, by_long_code, draft.country, network)
            board = await self._opening.share(place, lambda: self._open_board(used, draft, network))
        elif self._monotonic() - board.told_at > TELL_SECONDS:
            board.told_at = self._monotonic()
            await self._gauges.learn(draft.account, board.in_use())
            board.tellings += 1
        sticky = None
        if pool.service.sticky_sender:
            sticky = self._known.recall(draft) or await self._known.find(draft)
        chosen = choose(
            used.selection,
            Destination(draft.country, area_code_of(draft.recipient)),
            sticky=sticky,
            pick=lambda equals: board.spread(equals).take(draft.segments),
        )
        if not isinstance(chosen, Chosen):
            return chosen
        sticks = pool.service.sticky_sender and not chosen.is_sticky
        if sticks:
            self._known.remember(draft, chosen.sender.address)
        return Choice(board.sent_by(draft, chosen.sender), sticks, lambda: board.others(draft, chosen))

    async def close(self) -> None:
        await self._known.close()

    async def _take_into_use(self, pool: Pool, *, by_long_code: bool) -> "_PoolInUse":
        account = pool.service.account
        members = [one for one in pool.members if not by_long_code or one.kind is Kind.LONG_CODE]
        alpha = {
            country: [await self._sender_id(account, name) for name in names]
            for country, names in pool.alpha.items()
            if not by_long_code
        }
        standing = await self._standings(members)
        before = self._pools.get((pool.service.id, by_long_code))
        if len(self._pools) >= MOST_POOLS:
            self._pools.clear()
        used = _PoolInUse(
            pool=pool,
            selection=Selection(
                members,
                alpha=alpha,
                area_code_geomatch=pool.service.area_code_geomatch,
                bar=standing.bar,
            ),
            registered=standing.registered,
            turns=Turns() if before is None else before.turns,
        )
        self._pools[pool.service.id, by_long_code] = used
        return used

    async def _sender_id(self, account: UUID, name: str) -> Sender:
        known = self._senders.recall(account, name) or await self._senders.find(account, name)
        kind = Kind.ALPHANUMERIC
        return known or Sender(UUID(int=0), account, name, kind, USUAL_MPS[kind], None)

    async def _open_board(self, used: "_PoolInUse", draft: Draft, network: str | None) -> "_Board":
        board = _Board(self._gauges, used, told_at=self._monotonic())
        for sender in used.selection.to(draft.country).usable.values():
            board.add(
                sender, self._key_of(draft.sent_by(sender, used.registered.get(sender.address)), network)
            )
        unknown = [key for key in board.keys if not self._gauges.knows(key)]
        if unknown:
            await self._gauges.learn(draft.account, unknown)
        used.boards[draft.country, network] = board
        return board


@dataclass(slots=True)
class _PoolInUse:
    """A pool sorted for choosing. `turns`: when each sender was used last. `boards`: by the recipient's country and
    network."""

    pool: Pool
    selection: Selection
    registered: Mapping[str, Registered]
    turns: Turns
    boards: dict[tuple[str, str | None], "_Board"] = field(default_factory=dict)


class _Board:
    """The queues of a pool's lanes to one country and network, told anew as a whole."""

    def __init__(self, gauges: Gauges, used: _PoolInUse, *, told_at: float) -> None:
        self._gauges = gauges
        self._pool = used
        self._keys: dict[str, LaneKey] = {}
        self._spreads: dict[Equals, tuple[Spread, int]] = {}
        self._used: set[LaneKey] = set()
        self.told_at = told_at
        self.tellings = 0

    @property
    def keys(self) -> set[LaneKey]:
        return set(self._keys.values())

    def add(self, sender: Sender, key: LaneKey) -> None:
        self._keys[sender.address] = key

    def spread(self, equals: Equals) -> Spread:
        found = self._spreads.get(equals)
        if found is None:
            spread = Spread(equals.senders, waiting=self._seconds, turns=self._pool.turns)
        elif found[1] != self.tellings:
            spread = found[0]
            spread.tell(self._seconds)
        else:
            return found[0]
        self._spreads[equals] = (spread, self.tellings)
        return spread

    def sent_by(self, draft: Draft, sender: Sender) -> Draft:
        self._used.add(self._keys[sender.address])
        return draft.sent_by(sender, self._pool.registered.get(sender.address))

    def in_use(self) -> list[LaneKey]:
        """The lanes used since the last telling, and those that had something waiting."""
        used, self._used = self._used, set()
        self._used.update(key for key in used if self._gauges.seconds(key) > 0)
        return list(used)

    def others(self, draft: Draft, chosen: Chosen) -> Iterator[Draft]:
        for sender in self.spread(chosen.equals).in_order():
            if sender is not chosen.sender:
                yield self.sent_by(draft, sender)

    def _seconds(self, sender: Sender) -> float:
        return self._gauges.seconds(self._keys[sender.address])


class _Acquaintances:
    """Whom people have heard from through a service, read for all who ask at a moment in one query."""

    def __init__(self, db: Database, monotonic: Callable[[], float]) -> None:
        self._db = db
        self._monotonic = monotonic
        self._known: dict[tuple[UUID, str], tuple[str, float]] = {}
        self._reads = GroupCommit[tuple[UUID, UUID, str], str | None](self._read, writers=2)

    def recall(self, draft: Draft) -> str | None:
        assert draft.service is not None
        known = self._known.get((draft.service, draft.recipient))
        return known[0] if known is not None and known[1] > self._monotonic() else None

    async def find(self, draft: Draft) -> str | None:
        assert draft.service is not None
        read = await self._reads.submit((draft.account, draft.service, draft.recipient))
        # Another message to the same person may have been given its sender meanwhile.
        sender = self.recall(draft) or read
        if sender is not None:
            self.remember(draft, sender)
        return sender

    def remember(self, draft: Draft, sender: str) -> None:
        assert draft.service is not None
        if len(self._known) >= MOST_STICKY:
            self._known.clear()  # they are in the table
        self._known[draft.service, draft.recipient] = (sender, self._monotonic() + STICKY_SECONDS)

    async def close(self) -> None:
        await self._reads.close()

    async def _read(self, asked: Sequence[tuple[UUID, UUID, str]]) -> Sequence[str | None]:
        columns = [list(column) for column in zip(*asked, strict=True)]
        async with self._db.connection() as connection:
            rows = await SQL.many(connection, "sticky", *columns)
        found = {row["n"]: row["sender"] for row in rows}
        return [found.get(n) for n in range(1, len(asked) + 1)]
