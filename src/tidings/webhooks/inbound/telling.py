"""The webhook of an inbound message on its way: a delivery whose answer is read."""

from __future__ import annotations

from typing import Any

from tidings.messages import Reply
from tidings.webhooks.clicks import TOLD as CLICKS
from tidings.webhooks.clicks import ClickDelivery
from tidings.webhooks.delivery import Delivery, GoOn
from tidings.webhooks.destination import Destination
from tidings.webhooks.events import TOLD as EVENTS
from tidings.webhooks.events import EventDelivery
from tidings.webhooks.inbound.answer import Misunderstood, Text, read_answer
from tidings.webhooks.inbound.form import RECEIVED
from tidings.webhooks.parcel import Parcel
from tidings.webhooks.retry import Failure
from tidings.webhooks.wire import Answer


def make_delivery(parcel: Parcel, destination: Destination, **so_far: Any) -> Delivery:
    """The delivery of a parcel: of a message from a person, of a click, of an event, or of a message's status."""
    if parcel.status == RECEIVED:
        return Telling(parcel, destination, **so_far)
    kind = (
        ClickDelivery if parcel.status in CLICKS else EventDelivery if parcel.status in EVENTS else Delivery
    )
    return kind(parcel, destination, **so_far)


class Telling(Delivery):
    """`understand` notes the replies that an answer asks for, and what is wrong with it."""

    __slots__ = ()
    wants_body = True

    def understand(self, answer: Answer) -> Failure | GoOn | None:
        content = answer.content
        assert content is not None
        self.reason = ""
        if not content.whole:
            return Failure.ANSWER_TOO_LARGE
        asked = self.destination.url if self.hops else self.shown_url
        read = read_answer(content.type, content.body, url=asked)
        if isinstance(read, Misunderstood):
            self.reason = read.text
            return read.failure
        for warning in read.warnings:
            self.alert(warning.code.number, text=warning.text, content=content)
        self.replies += [self._reply(text) for text in read.texts]
        return GoOn(read.redirect.url, read.redirect.method) if read.redirect is not None else None

    def _reply(self, text: Text) -> Reply:
        told = dict(self.form)
        sender = text.sender or told["To"]
        return Reply(
            message=self.message,
            account=self.account,
            sender=sender,
            recipient=text.to or told["From"],
            body=text.body,
            service=self.service if sender == told["To"] else None,
            status_callback=text.status_callback,
        )
