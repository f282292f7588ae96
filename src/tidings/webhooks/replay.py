"""Tell again: callbacks of the log go back to the pending ones, from where they are sent like any other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tidings.kernel.instant import EPOCH, Instant, epoch_seconds
from tidings.runtime.database import Connection
from tidings.webhooks import destination as destinations
from tidings.webhooks import store
from tidings.webhooks.clicks import click_parcels
from tidings.webhooks.delivery import Delivery, Key, Stage
from tidings.webhooks.events import event_parcels
from tidings.webhooks.inbound.route import inbound_parcels
from tidings.webhooks.status import status_parcels
from tidings.webhooks.store import Entry

MOST_AT_ONCE = 1_000

_MICROSECOND = timedelta(microseconds=1)
_TIME_DIGITS = 14
_LAST_MICROSECOND = 253_402_300_799_999_999


@dataclass(frozen=True, slots=True)
class Replayed:
    replayed: int
    gone: int
    """Those whose message or fact no longer exists, so that there is nothing left to tell."""
    more: bool
    """Whether the same call would find more to replay."""


def entry_id(entry: Entry) -> str:
    """The public name of a log entry: WH, its microsecond, and as much of its token as fits 32 digits."""
    digits = entry.token.replace("-", "")[: 32 - _TIME_DIGITS]
    return f"WH{(entry.at - EPOCH) // _MICROSECOND:0{_TIME_DIGITS}x}{digits}"


async def find_entry(db: Connection, account: UUID, id: str) -> Entry | None:
    """The account's log entry of that name; None when there is none."""
    digits = id[2 : 2 + _TIME_DIGITS]
    if len(id) != 34 or not id.startswith("WH") or not all(digit in "0123456789abcdef" for digit in id[2:]):
        return None
    at = EPOCH + min(int(digits, 16), _LAST_MICROSECOND) * _MICROSECOND
    found = await store.entries_at(db, account, at)
    return next((entry for entry in found if entry_id(entry) == id), None)


async def replay_one(db: Connection, account: UUID, id: str, *, now: Instant) -> Replayed | None:
    """Tell one again, however it ended; None when the log has no such entry. Needs an open transaction."""
    entry = await find_entry(db, account, id)
    return None if entry is None else await _replay(db, account, [entry], more=False, now=now)


async def replay_failed(db: Connection, account: UUID, *, since: Instant, now: Instant) -> Replayed:
    """Tell again what failed since an instant and was not told later; at most a thousand in one call.

    Needs an open transaction."""
    entries = await store.failed_since(db, account, since=since, most=MOST_AT_ONCE)
    return await _replay(db, account, entries, more=len(entries) == MOST_AT_ONCE, now=now)


async def _replay(
    db: Connection, account: UUID, entries: list[Entry], *, more: bool, now: Instant
) -> Replayed:
    replayed = 0
    buckets: dict[int, list[Key]] = defaultdict(list)
    for entry in entries:
        buckets[entry.key[0]].append(entry.key)
    for bucket, keys in sorted(buckets.items()):
        facts = await store.facts_again(db, account, bucket, keys)
        again = []
        parcels = [*await status_parcels(db, facts), *await click_parcels(db, facts)]
        for parcel in [*parcels, *event_parcels(facts), *await inbound_parcels(db, facts)]:
            destination = destinations.parse(parcel.url)
            if parcel.account != account or destination is None:
                continue
            delivery = Delivery(parcel, destination, auth_token="")  # it is signed when it is sent
            delivery.stage = Stage.LATER
            delivery.next_at = epoch_seconds(now)
            again.append(delivery)
        await store.keep_pending(db, bucket, store.pending_rows(again, lease_until=now))
        replayed += len(again)
    # Those that can never be told again must not make a caller ask for ever.
    return Replayed(replayed, len(entries) - replayed, more and replayed > 0)
