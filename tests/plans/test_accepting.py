"""The plan of accepting while many people have opted out: one probe of the key for each message."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.messages.builders import ACCOUNT, draft
from tests.plans.test_hot_statements import reads_whole, rows_read

from tidings.kernel.sid import mint
from tidings.lanes.key import lane_key
from tidings.messages.accept import Accepted, columns_of
from tidings.messages.bucket import SQL
from tidings.messages.states import State
from tidings.runtime.database import Connection, Database

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

OPT_OUTS = 500_000
BATCH = 500
FILL = """
insert into opt_outs (account, scope, recipient, state, source, since)
select $1, '55501', '+1415' || lpad(n::text, 7, '0'), 'opted_out', 'test', now() from generate_series(1, $2) n
"""


def batch(*, service: UUID | None) -> list[Accepted]:
    """Every second one to somebody who has opted out."""
    now = datetime.now(UTC)
    key = lane_key(ACCOUNT, sender="55501", kind="short_code", calling_code="1")
    return [
        Accepted(
            id=mint(now, secrets.token_bytes(10), key.bucket),
            draft=draft(recipient=f"+1415{n if n % 2 else 9_000_000 + n:07d}", service=service),
            state=State.QUEUED if service is None else State.ACCEPTED,
            code=None,
            created_at=now,
            expires_at=now + timedelta(hours=10),
            bucket=key.bucket,
            lane=key,
        )
        for n in range(1, BATCH + 1)
    ]


async def plan(connection: Connection, accepted: list[Accepted]) -> dict[str, Any]:
    transaction = connection.transaction()
    await transaction.start()
    text = await connection.fetchval(
        f"explain (analyze, buffers, format json) {SQL['accept'].sql}", *columns_of(accepted, due=None)
    )
    await transaction.rollback()
    root: dict[str, Any] = json.loads(text)[0]["Plan"]
    return root


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("known", ["analyzed", "analyzed while empty", "never analyzed"])
async def test_accepting_probes_the_opt_outs_by_their_key(db: Database, mode: str, known: str) -> None:
    async with db.connection() as connection:
        await connection.execute("alter table opt_outs set (autovacuum_enabled = off)")
        if known == "analyzed while empty":
            await connection.execute("vacuum analyze opt_outs")
        await connection.execute(FILL, ACCOUNT, OPT_OUTS)
        if known == "analyzed":
            await connection.execute("vacuum analyze opt_outs")
        await connection.execute(f"set plan_cache_mode = {mode}")
        for service in (None, ACCOUNT):
            root = await plan(connection, batch(service=service))
            assert not reads_whole(root, "opt_outs")
            assert rows_read(root, "opt_outs") <= BATCH
