"""Click callbacks: who followed a short link, told to the callback of its domain as Twilio tells it: JSON, signed.

`event_type` is `preview` for a machine and `click` for everybody else; `verdict` and `reason` are additions of ours.
"""

from __future__ import annotations

from uuid import UUID

import msgspec

from tidings.kernel.sid import Sid
from tidings.links.believe.told import ClickTold, clicks_told
from tidings.links.facts import CLICKED
from tidings.runtime.database import Connection
from tidings.runtime.outbox import Fact
from tidings.webhooks import destination as destinations
from tidings.webhooks.delivery import Delivery
from tidings.webhooks.destination import request_head, with_query
from tidings.webhooks.parcel import Parcel
from tidings.webhooks.signature import Form, sign_body

CLICK, PREVIEW = "click", "preview"
TOLD = (CLICK, PREVIEW)
"""What the log names such callbacks by."""


async def click_parcels(connection: Connection, facts: list[Fact]) -> list[Parcel]:
    """What is to be told of facts of one bucket. A domain without a callback tells nobody."""
    told = [(fact, fact.detail) for fact in facts if fact.kind == CLICKED and fact.detail is not None]
    if not told:
        return []
    found = await clicks_told(connection, [UUID(detail["click"]) for _, detail in told])
    parcels = []
    for fact, detail in told:
        click = found.get(UUID(detail["click"]))
        if click is None:
            continue
        event = PREVIEW if detail["verdict"] == "machine" else CLICK
        destination = destinations.parse(click.url)
        parcels.append(
            Parcel(
                key=(fact.bucket, fact.xid, fact.seq),
                account=click.account,
                message=click.message,
                status=event,
                url=click.url,
                form=form_of_click(click, event, verdict=detail["verdict"], reason=detail["reason"]),
                method=destination.overrides.method if destination is not None else "POST",
            )
        )
    return parcels


def form_of_click(click: ClickTold, event: str, *, verdict: str, reason: str) -> Form:
    """The fields, sorted by name."""
    at = click.at
    return sorted(
        {
            "event_type": event,
            "sms_sid": str(Sid("SM", click.message)),
            "to": click.recipient,
            "from": click.sender,
            "link": click.destination,
            "click_time": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
            "messaging_service_sid": str(Sid("MG", click.service)),
            "account_sid": str(Sid("AC", click.account)),
            "user_agent": click.agent,
            "verdict": verdict,
            "reason": reason,
        }.items()
    )


class ClickDelivery(Delivery):
    """Its fields go as JSON, whose digest the URL carries so that the signature covers it."""

    __slots__ = ()

    @property
    def service(self) -> UUID | None:
        sid = Sid.parse(dict(self.form).get("messaging_service_sid", ""), "MG")
        return None if sid is None else sid.uuid

    def request(self) -> bytes:
        if self.method != "POST":
            return super().request()
        body = msgspec.json.encode(dict(self.form))
        url, signature = sign_body(self.auth_token, self.destination.url, body)
        signed = with_query(self.destination, url[len(self.destination.url) + 1 :])
        headers = f"X-Twilio-Signature: {signature}\r\nI-Twilio-Idempotency-Token: {self.token}\r\n"
        if self.authorization is not None:
            headers += f"Authorization: {self.authorization}\r\n"
        headers += f"Content-Length: {len(body)}\r\n\r\n"
        return request_head(signed, "POST", json=True) + headers.encode() + body
