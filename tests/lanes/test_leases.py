"""Leases: one owner a bucket, even shares, takeover, and a fence against whoever was thought dead."""

from datetime import timedelta

from tidings.kernel.sid import BUCKETS
from tidings.lanes.leases import Leases
from tidings.runtime.database import Database

LASTING = timedelta(seconds=30)


async def test_a_lone_dispatcher_takes_every_bucket(db: Database) -> None:
    alone = Leases(db, "one", LASTING)
    change = await alone.start()
    assert set(change.gained) == set(range(BUCKETS))


async def test_a_second_dispatcher_gets_half_once_the_first_has_given_it_up(db: Database) -> None:
    first, second = Leases(db, "one", LASTING), Leases(db, "two", LASTING)
    await first.start()
    assert (await second.start()).gained == {}
    change = await first.keep()
    assert len(change.surplus) == BUCKETS // 2
    await first.give_up(change.surplus)
    assert set((await second.keep()).gained) == set(change.surplus)
    assert not set(first.held) & set(second.held)


async def test_a_successor_under_the_same_name_takes_over_at_once_with_new_epochs(db: Database) -> None:
    before = await Leases(db, "one", LASTING).start()
    after = await Leases(db, "one", LASTING).start()
    assert set(after.gained) == set(before.gained)
    assert all(after.gained[bucket] > epoch for bucket, epoch in before.gained.items())


async def test_a_lease_that_ran_out_goes_to_another_and_is_lost_to_its_owner(db: Database) -> None:
    late = Leases(db, "late", timedelta(seconds=0))
    await late.start()
    other = Leases(db, "other", LASTING)
    taken = (await other.start()).gained
    assert taken
    assert set(taken) <= (await late.keep()).lost


async def test_stopping_gives_everything_back_at_once(db: Database) -> None:
    first = Leases(db, "one", LASTING)
    await first.start()
    await first.stop()
    assert len((await Leases(db, "two", LASTING).start()).gained) == BUCKETS
