"""What waited for receipts in vain is swept away; what a receipt can still move stays."""

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.messages.builders import ACCOUNT, draft
from tests.messages.stored import store_message

from tidings.kernel.sid import bucket_of
from tidings.lanes.gauge import Gauges
from tidings.messages.accept import Acceptance, Accepted
from tidings.messages.jobs import forget, register, sweep
from tidings.runtime.clock import system_clock
from tidings.runtime.database import Database
from tidings.runtime.jobs import Jobs
from tidings.runtime.metrics import REGISTRY

TODAY = datetime.now(UTC)
IN_NINE_DAYS = TODAY + timedelta(days=9)


async def parts_of(db: Database, message: UUID) -> None:
    async with db.connection() as connection:
        await connection.execute(
            "insert into multipart (bucket, message, account, parts) values ($1, $2, $3, 3)",
            bucket_of(message),
            message,
            ACCOUNT,
        )


async def ids(db: Database, query: str) -> set[object]:
    async with db.connection() as connection:
        return {row[0] for row in await connection.fetch(query)}


def given_up() -> float:
    return REGISTRY.get_sample_value("tidings_receipts_unmatched_total") or 0.0


async def test_a_receipt_that_found_no_message_in_eight_days_is_given_up_and_counted(db: Database) -> None:
    async with db.connection() as connection:
        for id, days in (("old", 1), ("young", 5)):
            await connection.execute(
                "insert into receipts_waiting (carrier, provider_id, delivered, at) values ('c', $1, true, $2)",
                id,
                TODAY + timedelta(days=days) - timedelta(hours=1),
            )
    before = given_up()
    await sweep(db, now=IN_NINE_DAYS)
    assert await ids(db, "select provider_id from receipts_waiting") == {"young"}
    assert given_up() - before == 1


async def test_parts_are_forgotten_eight_days_after_the_last_word_of_their_message(db: Database) -> None:
    settled = await store_message(db, ACCOUNT, at=TODAY, facts=["message.queued", "message.sent"], segments=3)
    late = await store_message(
        db, ACCOUNT, at=TODAY, facts=["message.scheduled"], segments=3, send_at=TODAY + timedelta(days=4)
    )
    async with db.connection() as connection:
        await connection.execute(
            "insert into facts (bucket, at, account, subject, kind) values ($1, $2, $3, $4, 'message.sent')",
            bucket_of(late),
            TODAY + timedelta(days=4),
            ACCOUNT,
            late,
        )
    for message in (settled, late):
        await parts_of(db, message)
    await sweep(db, now=TODAY + timedelta(days=7))
    assert await ids(db, "select message from multipart") == {settled, late}
    await sweep(db, now=IN_NINE_DAYS)
    assert await ids(db, "select message from multipart") == {late}


async def test_the_sweep_is_a_periodic_job(db: Database) -> None:
    jobs = Jobs(db.url)
    register(jobs, db, clock=system_clock)
    assert jobs.names == ["forget_texts", "sweep_receipts", "weigh_carriers_clicks"]


async def test_a_text_that_is_not_to_be_kept_goes_once_it_has_left_and_the_number_once_it_has_ended(
    db: Database,
) -> None:
    acceptance = Acceptance(db, Gauges(db, default_limit_seconds=36_000, clock=time.time))
    now = datetime.now(UTC)
    accepted = await acceptance.accept(draft(discard_body=True, obfuscate_to=True), now=now)
    kept = await acceptance.accept(draft(), now=now)
    assert isinstance(accepted, Accepted)
    assert isinstance(kept, Accepted)
    await forget(db)
    assert await _shown(db, accepted) == ("Your table is ready.", "+14155552671")
    await _tell(db, accepted, "message.sent")
    await forget(db)
    assert await _shown(db, accepted) == ("", "+14155552671")
    await _tell(db, accepted, "message.delivered")
    await forget(db)
    assert await _shown(db, accepted) == ("", "+1415555XXXX")
    assert await _shown(db, kept) == ("Your table is ready.", "+14155552671")
    await acceptance.close()


async def _shown(db: Database, accepted: Accepted) -> tuple[str, str]:
    async with db.connection() as connection:
        row = await connection.fetchrow("select body, recipient from messages where id = $1", accepted.id)
    assert row is not None
    return row["body"], row["recipient"]


async def _tell(db: Database, accepted: Accepted, kind: str) -> None:
    async with db.connection() as connection:
        await connection.execute(
            "insert into facts (bucket, at, account, subject, kind) values ($1, now(), $2, $3, $4)",
            accepted.lane.bucket,
            accepted.draft.account,
            accepted.id,
            kind,
        )
