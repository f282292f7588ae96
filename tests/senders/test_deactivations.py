"""Lists of numbers that carriers took out of service: which days there are, and who may read the file."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.api_home import SEALER
from tests.simulated_stock import simulated_stock

from tidings.kernel.outcomes import Refused
from tidings.runtime.clock import Clock
from tidings.runtime.secrets import Sealer
from tidings.senders.deactivations.api import routes
from tidings.senders.deactivations.day import day_of
from tidings.senders.stock import NoStock, Stock
from tidings.web.api.request import NOBODY, Request, Response

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "now", "found"),
    [
        ("2026-11-23", NOON, date(2026, 11, 23)),
        ("2026-11-23", NOON.replace(hour=5), date(2026, 11, 23)),
        ("2026-11-23", NOON.replace(hour=4, minute=59), 30114),
        ("2026-11-24", NOON, 30114),
        ("9999-12-31", NOON, 30114),
        ("2020-08-27", NOON, date(2020, 8, 27)),
        ("2020-08-26", NOON, 30113),
        ("24.11.2026", NOON, 30115),
        ("", NOON, 30115),
        (None, NOON, 30115),
    ],
)
def test_a_days_list_is_there_from_five_in_the_morning_of_the_next(
    asked: str | None, now: datetime, found: date | int
) -> None:
    day = day_of(asked, now=now)
    assert (day.code.number if isinstance(day, Refused) else day) == found


class Desk:
    """Both routes, as a caller sees them at times of its choosing."""

    def __init__(self, stock: Stock, sealer: Sealer = SEALER) -> None:
        self.now = NOON
        clock: Clock = lambda: self.now  # noqa: E731 - it has a state
        self._fetch, self._file = (route.handler for route in routes(stock=stock, sealer=sealer, clock=clock))

    async def ticket(self, day: str = "2026-11-20") -> str:
        answer = await self._fetch(asked("/messaging/v1/Deactivations", query={"Date": [day]}))
        assert answer.status == 307
        url = dict(answer.headers)[b"location"].decode()
        assert url.startswith("https://tidings.example/messaging/v1/Deactivations/")
        return url.rsplit("/", 1)[1].removesuffix(".txt")

    async def file(self, ticket: str) -> Response:
        return await self._file(asked("/", params={"Ticket": ticket}))


def asked(
    path: str, *, query: dict[str, list[str]] | None = None, params: dict[str, str] | None = None
) -> Request:
    return Request(
        "GET", path, params or {}, NOBODY, {}, query or {}, [(b"host", b"tidings.example")], "https"
    )


async def test_a_ticket_opens_its_own_day_for_two_minutes() -> None:
    async with simulated_stock() as stock:
        desk = Desk(stock)
        ticket, other = await desk.ticket("2026-11-20"), await desk.ticket("2026-11-21")
        desk.now += timedelta(seconds=119)
        answers = [await desk.file(ticket), await desk.file(ticket), await desk.file(other)]
        assert [answer.status for answer in answers] == [200, 200, 200]
        assert answers[0].body == answers[1].body != answers[2].body
        desk.now += timedelta(seconds=2)
        assert (await desk.file(ticket)).status == 403


async def test_a_ticket_cannot_be_made_or_changed_by_others() -> None:
    async with simulated_stock() as stock:
        desk = Desk(stock)
        ticket = await desk.ticket()
        foreign = await Desk(stock, Sealer(bytes(32))).ticket()
        swapped = ticket[:-2] + ("AA" if ticket[-2:] != "AA" else "BB")
        for forged in (foreign, swapped, ticket[:10], "", "ü", "===", "a" * 5000):
            assert (await desk.file(forged)).status == 403


async def test_a_carrier_that_knows_of_no_list_has_none_yet() -> None:
    desk = Desk(NoStock())
    assert (await desk.file(await desk.ticket())).status == 400
