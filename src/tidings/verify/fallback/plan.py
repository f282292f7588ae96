"""When a code that is not known to have arrived is said by a call, and what has to be known then. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tidings.verify.asked import Asked
from tidings.verify.settings import Settings
from tidings.verify.verification import Channel

AUTO_SECONDS = 30
"""Of channel `auto` at a service that says nothing else."""


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """What the text of a call is made of. It holds no code."""

    name: str
    locale: str
    template: str | None = None
    substitutions: Mapping[str, str] = {}
    amount: str | None = None
    payee: str | None = None

    def asked(self, to: str) -> Asked:
        """As if a call had been asked for."""
        return Asked(
            to=to,
            number=None,
            channel=Channel.CALL,
            name=self.name,
            locale=self.locale,
            template=self.template,
            substitutions=self.substitutions,
            amount=self.amount,
            payee=self.payee,
        )


class Fallback(msgspec.Struct, frozen=True):
    """A call follows unless the code is known to have arrived by then."""

    after_seconds: int
    spoken: Spoken


def fallback_of(asked: Asked, wanted: Channel, settings: Settings, *, locale: str) -> Fallback | None:
    """None for what does not go by SMS, is not to be called, or cannot be said again: a custom code is kept nowhere.

    `wanted`: the channel as the request names it."""
    seconds = settings.fallback_seconds or (AUTO_SECONDS if wanted is Channel.AUTO else 0)
    if not seconds or asked.channel is not Channel.SMS or asked.custom_code is not None:
        return None
    spoken = Spoken(
        name=asked.name,
        locale=locale,
        template=asked.template,
        substitutions=asked.substitutions,
        amount=asked.amount,
        payee=asked.payee,
    )
    return Fallback(seconds, spoken)


def row_of(fallback: Fallback) -> dict[str, Any]:
    """As the database keeps it."""
    found: dict[str, Any] = msgspec.to_builtins(fallback.spoken)
    return found


def spoken_of(row: Any) -> Spoken:
    return msgspec.convert(row, Spoken)
