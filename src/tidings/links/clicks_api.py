"""`/tidings/v1/links`: who followed the links of a message, and how many of those who got links did."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from tidings.kernel.codes import INVALID_PARAMETER, NOT_FOUND
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.links.believe.read import (
    ClickSeen,
    LinkSeen,
    Rate,
    clicks_of_message,
    dimension_of,
    links_of_message,
    rates,
)
from tidings.runtime.clock import Clock
from tidings.runtime.database import Database
from tidings.web.frame import Asking, Denied

PATH = "/tidings/v1/links"
DEFAULT_LIMIT, LARGEST_LIMIT = 50, 1000
USUAL_SPAN = timedelta(days=30)

Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT, description="How many at most.")]


class MessageClicks(msgspec.Struct, frozen=True):
    message: str
    unique: int
    """How many of its links a person followed."""
    total: int
    """Clicks of people."""
    links: list[LinkSeen]
    clicks: list[ClickSeen]


class Rates(msgspec.Struct, frozen=True):
    by: str
    rates: list[Rate]


def handlers(*, db: Database, clock: Clock) -> list[ControllerRouterHandler]:
    @get(f"{PATH}/messages/{{sid:str}}", tags=["Links"], summary="Clicks on the links of one message")
    async def message_clicks(
        caller: Asking, sid: FromPath[str], limit: Limit = DEFAULT_LIMIT
    ) -> MessageClicks:
        """Every link with its clicks by whose they are, and the newest clicks with the reason for that."""
        message = Sid.parse(sid)
        if message is None:
            raise Denied(Refused.because(NOT_FOUND, resource=f"{PATH}/messages/{sid[:40]}"))
        async with db.connection() as connection:
            links = await links_of_message(connection, caller.account, message.uuid)
            clicks = await clicks_of_message(connection, caller.account, message.uuid, most=limit)
        if not links:
            raise Denied(Refused.because(NOT_FOUND, resource=f"{PATH}/messages/{sid}"))
        return MessageClicks(
            message=str(message),
            unique=sum(1 for one in links if one.persons),
            total=sum(one.persons for one in links),
            links=links,
            clicks=clicks,
        )

    @get(f"{PATH}/rates", tags=["Links"], summary="How many of those who got links followed them")
    async def read_rates(
        caller: Asking,
        by: Annotated[
            str, QueryParameter(description="service, country, day, hour, campaign, variant or tag:NAME.")
        ],
        since: FromQuery[datetime | None] = None,
        before: FromQuery[datetime | None] = None,
        service: FromQuery[str | None] = None,
        country: FromQuery[str | None] = None,
        campaign: FromQuery[str | None] = None,
        limit: Limit = LARGEST_LIMIT,
    ) -> Rates:
        """Messages with links by the hour in which they arrived: 30 days, or from `since` to `before`."""
        dimension = dimension_of(by)
        if dimension is None:
            raise _invalid(
                f"by: {by[:40]!r} is none of service, country, day, hour, campaign, variant, tag:NAME."
            )
        pool = None if service is None else Sid.parse(service, "MG")
        if service is not None and pool is None:
            raise _invalid(f"service: {service[:40]!r} is no SID of a service.")
        now = clock()
        if any(at is not None and at.tzinfo is None for at in (since, before)):
            raise _invalid("since and before: say the zone, such as 2026-01-31T09:00:00Z.")
        async with db.connection() as connection:
            found = await rates(
                connection,
                caller.account,
                by=dimension,
                since=since or now - USUAL_SPAN,
                before=before or now + timedelta(hours=1),
                service=None if pool is None else pool.uuid,
                country=country,
                tags=None if campaign is None else {"campaign": campaign},
                most=limit,
            )
        return Rates(by, [_shown(one) if by == "service" else one for one in found])

    return [message_clicks, read_rates]


def _shown(rate: Rate) -> Rate:
    """A service's SID in the place of its id."""
    return msgspec.structs.replace(rate, slice="MG" + rate.slice.replace("-", ""))


def _invalid(text: str) -> Denied:
    return Denied(Refused(INVALID_PARAMETER, f"Invalid Parameter: {text}"))
