"""Start a verification as a form asks: limits, what is known of the number, the text, the channel."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tidings.kernel.codes import CODES
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import LineType
from tidings.lookup.lookups import Asked as Lookup
from tidings.lookup.lookups import Limited, Lookups
from tidings.lookup.number import read
from tidings.lookup.package import LINE_TYPE
from tidings.verify.asked import CHANNEL_DISABLED, LANDLINE, Asked, asked_of
from tidings.verify.begin import Beginning, Bring, Letter, Sent
from tidings.verify.fallback.plan import fallback_of
from tidings.verify.fraud.guard import Guard
from tidings.verify.limits.count import RateLimits
from tidings.verify.mail import Mail
from tidings.verify.road import Road
from tidings.verify.settings import VerifyService, invalid
from tidings.verify.templates.keep import Templates
from tidings.verify.verification import Channel, Verification
from tidings.verify.voice import Voice
from tidings.verify.wording import PLAIN, Template, lacking, locale_of, word
from tidings.web.api.request import Form

TEMPLATE_NOT_FOUND = CODES[60228]

_WITHOUT_TEXTS = frozenset({"landline", "tollFree", "premium", "sharedCost", "uan", "voicemail", "pager"})


class Start:
    """Starts verifications as their forms ask."""

    def __init__(
        self,
        *,
        beginning: Beginning,
        road: Road,
        lookups: Lookups,
        limits: RateLimits,
        templates: Templates,
        guard: Guard,
        mail: Mail | None = None,
        voice: Voice | None = None,
    ) -> None:
        self._mail = mail
        self._voice = voice
        self._guard = guard
        self._limits = limits
        self._templates = templates
        self._beginning = beginning
        self._road = road
        self._lookups = lookups

    async def start(self, service: VerifyService, form: Form, *, now: Instant) -> Verification | Refused:
        asked = asked_of(form, service.settings)
        if isinstance(asked, Refused):
            return asked
        wanted = asked.channel
        chosen = self._by_channel(asked)
        if isinstance(chosen, Refused):
            return chosen
        asked = chosen
        template = await self._template(service, asked)
        if isinstance(template, Refused):
            return template
        limited = await self._limits.count(service, asked.rate_limits, now=now)
        if limited is not None:
            return limited
        doubted = await self._guard.look(service, asked, now=now)
        if doubted is not None:
            return doubted
        carrier = await self._carrier(service, asked)
        if isinstance(carrier, Refused):
            return carrier
        lookup = None if carrier is None else msgspec.json.encode({"carrier": carrier}).decode()
        locale = template.locale(asked.locale or locale_of(asked.country))

        return await self._beginning.begin(
            service,
            asked,
            self._road_of(service, asked, template, locale),
            locale=locale,
            lookup=lookup,
            now=now,
            fallback=None
            if self._voice is None
            else fallback_of(asked, wanted, service.settings, locale=locale),
        )

    def _by_channel(self, asked: Asked) -> Asked | Refused:
        """By the channel that `auto` stands for: a text, and a call where a line takes none. Refused where the channel
        is not set up, or the line is none for it."""
        channel, is_landline = asked.channel, _is_landline(asked)
        if channel is Channel.AUTO:
            channel = Channel.CALL if self._voice is not None and is_landline else Channel.SMS
            asked = msgspec.structs.replace(asked, channel=channel)
        match channel:
            case Channel.SMS:
                return Refused.because(LANDLINE) if is_landline else asked
            case Channel.EMAIL if self._mail is not None:
                return asked
            case Channel.CALL if self._voice is not None:
                return asked
        return _disabled(channel)

    def _road_of(self, service: VerifyService, asked: Asked, template: Template, locale: str) -> Bring:
        async def bring(letter: Letter, *, now: Instant) -> Sent | Refused:
            warn = service.settings.do_not_share_warning_enabled and asked.channel is not Channel.CALL
            text = word(asked, letter.code, template=template, warn=warn).text
            if asked.channel is Channel.EMAIL and self._mail is not None:
                return await self._mail.send(asked, text)
            if asked.channel is Channel.CALL and self._voice is not None:
                digits = asked.send_digits
                return await self._voice.call(
                    asked.to, text, code=letter.code, locale=locale, send_digits=digits
                )
            return await self._road.send(
                service,
                to=asked.to,
                country=asked.country,
                text=text,
                expires_at=letter.expires_at,
                tags=asked.tags,
                now=now,
            )

        return bring

    async def _template(self, service: VerifyService, asked: Asked) -> Template | Refused:
        template = await self._templates.find(service.account, asked.template or PLAIN)
        if template is None:
            return Refused.because(TEMPLATE_NOT_FOUND)
        without = lacking(template, asked.substitutions)
        if without:
            return invalid("TemplateCustomSubstitutions", f"lacks {', '.join(without)}")
        return template

    async def _carrier(self, service: VerifyService, asked: Asked) -> Mapping[str, Any] | Refused | None:
        """What is known of the number's line, where the service wants to know; refused where it takes no texts and the
        service skips such."""
        if not service.settings.lookup_enabled or asked.number is None:
            return None
        found = await self._lookups.look_up(service.account, Lookup(read(asked.to), (LINE_TYPE,)))
        if isinstance(found, Limited):
            return {"error_code": found.code.number}
        line = found[LINE_TYPE].values
        skips = service.settings.skip_sms_to_landlines and asked.channel is Channel.SMS
        if skips and line["type"] in _WITHOUT_TEXTS:
            return Refused.because(LANDLINE)
        return {
            "error_code": line["error_code"],
            "name": line["carrier_name"],
            "mobile_country_code": line["mobile_country_code"],
            "mobile_network_code": line["mobile_network_code"],
            "type": line["type"],
        }


def _is_landline(asked: Asked) -> bool:
    return asked.number is not None and asked.number.line_type is LineType.FIXED_LINE


def _disabled(channel: Channel) -> Refused:
    return Refused(CHANNEL_DISABLED, f"{CHANNEL_DISABLED.text}: {channel.value}.")
