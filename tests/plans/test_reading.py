"""The plans of what the API reads, over many messages of one account: a page costs what it shows, not what there is."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.api_home import now

from tidings.messages.read import SQL
from tidings.messages.states import STATUS_FACTS
from tidings.runtime.database import Connection, Database
from tidings.web.api.paging import HIGHEST, LOWEST

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ACCOUNT = uuid4()
MESSAGES = 100_000
PAGE = 51
FILL = """
with made as (
    insert into messages (id, bucket, account, direction, sender, recipient, body, ucs2, segments, priority, lane, flow,
                          resend, created_at)
    select (lpad(to_hex((extract(epoch from $3::timestamptz) * 1000)::bigint - $2 + n), 12, '0')
            || substr(md5(n::text), 1, 20))::uuid,
           n % 64, $1, 'outbound-api', '55501', '+1415555' || lpad((n % 5000)::text, 4, '0'), 'body', false, 1, 1, 7, 0,
           true, $3::timestamptz - make_interval(secs => ($2 - n) / 1000.0)
    from generate_series(1, $2) n
    returning id, bucket, account, created_at)
insert into facts (bucket, at, account, subject, kind)
select bucket, created_at, account, id, kind from made, unnest(array['message.queued', 'message.sent']) as kind
"""


@pytest.fixture
async def full(db: Database) -> Database:
    async with db.connection() as connection:
        await connection.fetch(FILL, ACCOUNT, MESSAGES, now())
        await connection.execute("analyze messages")
        await connection.execute("analyze facts")
    return db


async def rows_read(connection: Connection, name: str, *values: Any) -> float:
    """How many rows of messages and facts the plan touched, after the planner has settled for a generic one."""
    await connection.execute("set plan_cache_mode = force_generic_plan")
    text = await connection.fetchval(f"explain (analyze, format json) {SQL[name].sql}", *values)
    root = json.loads(text)[0]["Plan"]
    return sum(
        node["Actual Rows"] * node["Actual Loops"]
        + node.get("Rows Removed by Filter", 0) * node["Actual Loops"]
        for node in nodes(root)
        if node.get("Relation Name", "").startswith(("messages", "facts"))
    )


def nodes(root: dict[str, Any]) -> list[dict[str, Any]]:
    return [root] + [node for child in root.get("Plans", []) for node in nodes(child)]


@pytest.mark.parametrize("name", ["messages_page", "messages_page_before"])
async def test_a_page_reads_what_it_shows(full: Database, name: str) -> None:
    values = (ACCOUNT, LOWEST, HIGHEST, None, None, None, PAGE, STATUS_FACTS)
    async with full.connection() as connection:
        assert await rows_read(connection, name, *values) <= PAGE * 4


@pytest.mark.parametrize("name", ["messages_to_page", "messages_to_page_before"])
async def test_a_page_of_one_recipient_reads_that_recipients_messages(full: Database, name: str) -> None:
    values = (ACCOUNT, LOWEST, HIGHEST, None, None, None, PAGE, STATUS_FACTS, "+14155550001")
    async with full.connection() as connection:
        assert await rows_read(connection, name, *values) <= MESSAGES / 5000 * 4


async def test_one_message_reads_its_own_facts(full: Database) -> None:
    async with full.connection() as connection:
        id: UUID = await connection.fetchval("select id from messages limit 1")
        assert await rows_read(connection, "message", ACCOUNT, id, STATUS_FACTS) <= 4
