"""Start a verification as a form asks: limits, what is known of the number, the text, the channel."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tidings.kernel.codes import CODES
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.lookup.lookups import Asked as Lookup
from tidings.lookup.lookups import Limited, Lookups
from tidings.lookup.number import read
from tidings.lookup.package import LINE_TYPE
from tidings.verify.asked import CHANNEL_DISABLED, LANDLINE, Asked, asked_of
from tidings.verify.begin import Beginning, Letter, Sent
from tidings.verify.fraud.guard import Guard
from tidings.verify.limits.count import RateLimits
from tidings.verify.mail import Mail
from tidings.verify.road import Road
from tidings.verify.settings import VerifyService, invalid
from tidings.verify.templates.keep import Templates
from tidings.verify.verification import Channel, Verification
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
    ) -> None:
        self._mail = mail
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
        if asked.channel is Channel.AUTO:
            asked = msgspec.structs.replace(asked, channel=Channel.SMS)
        mail = self._mail if asked.channel is Channel.EMAIL else None
        if asked.channel is not Channel.SMS and mail is None:
            return _disabled(asked.channel)
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

        async def bring(letter: Letter, *, now: Instant) -> Sent | Refused:
            warn = service.settings.do_not_share_warning_enabled
            text = word(asked, letter.code, template=template, warn=warn).text
            if mail is not None:
                return await mail.send(asked, text)
            return await self._road.send(
                service,
                to=asked.to,
                country=asked.country,
                text=text,
                expires_at=letter.expires_at,
                tags=asked.tags,
                now=now,
            )

        return await self._beginning.begin(service, asked, bring, locale=locale, lookup=lookup, now=now)

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
        if service.settings.skip_sms_to_landlines and line["type"] in _WITHOUT_TEXTS:
            return Refused.because(LANDLINE)
        return {
            "error_code": line["error_code"],
            "name": line["carrier_name"],
            "mobile_country_code": line["mobile_country_code"],
            "mobile_network_code": line["mobile_network_code"],
            "type": line["type"],
        }


def _disabled(channel: Channel) -> Refused:
    return Refused(CHANNEL_DISABLED, f"{CHANNEL_DISABLED.text}: {channel.value}.")
