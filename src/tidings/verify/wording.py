"""The texts that bring codes, by template and language. Pure.

A template has a text for each of its locales, with places such as `{{code}}`. Two ship with Tidings; accounts make
others. A language that a template does not have gives way to a broader one (`pt-BR` to `pt`), then to the template's
own default.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from tidings.data import tables
from tidings.kernel.instant import Instant, iso8601
from tidings.verify.asked import Asked
from tidings.verify.verification import Channel

DEFAULT_LOCALE = "en"
PLAIN = "HJ" + "0" * 31 + "1"
WITH_WARNING = "HJ" + "0" * 31 + "2"

LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}", re.ASCII)
_PLACE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}")


class Translation(msgspec.Struct, frozen=True):
    text: str
    warning: str = ""
    payment: str = ""
    """The text with amount and payee; only of those that ship."""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """`default`: the locale that stands in for those which it has not."""

    sid: str
    friendly_name: str
    channels: tuple[str, ...]
    default: str
    translations: Mapping[str, Translation]
    created_at: Instant | None = None
    updated_at: Instant | None = None

    def locale(self, wanted: str | None) -> str:
        """The locale that it has nearest to the wanted one."""
        if wanted is not None:
            by_name = {name.lower(): name for name in self.translations}
            tag = wanted.lower()
            while tag:
                if tag in by_name:
                    return by_name[tag]
                tag = tag.rpartition("-")[0]
        return self.default


@cache
def shipped() -> Mapping[str, Template]:
    """The templates of every account, by SID."""
    rows = [*tables.rows("verification_texts.csv")]
    plain = {row["locale"]: Translation(row["text"], row["warning"], row["payment"]) for row in rows}
    warned = {
        row["locale"]: Translation(
            f"{row['text']}. {row['warning']}", "", f"{row['payment']}. {row['warning']}"
        )
        for row in rows
    }
    return {
        PLAIN: Template(
            sid=PLAIN,
            friendly_name="Verification code",
            channels=("sms", "voice", "email"),
            default=DEFAULT_LOCALE,
            translations=plain,
        ),
        WITH_WARNING: Template(
            sid=WITH_WARNING,
            friendly_name="Verification code, not to be shared",
            channels=("sms",),
            default=DEFAULT_LOCALE,
            translations=warned,
        ),
    }


@cache
def locale_of(country: str) -> str:
    """The language in which people of a country are written to where nobody says another."""
    for row in tables.rows("verification_texts.csv"):
        if country in row["countries"].split():
            return row["locale"]
    return DEFAULT_LOCALE


class Worded(msgspec.Struct, frozen=True):
    text: str
    locale: str


def word(asked: Asked, code: str, *, template: Template, warn: bool) -> Worded:
    """The text of a code. `warn`: the service adds that it must not be shared."""
    locale = template.locale(asked.locale or locale_of(asked.country))
    chosen = template.translations[locale]
    pays = asked.amount is not None and chosen.payment
    values: dict[str, str] = {
        **asked.substitutions,
        "code": code,
        "friendly_name": asked.name,
        "amount": asked.amount or "",
        "payee": asked.payee or "",
    }
    text = _filled(chosen.payment if pays else chosen.text, values)
    if warn and chosen.warning:
        text = f"{text}. {chosen.warning}"
    if asked.channel is Channel.CALL:
        return Worded(text, locale)
    if asked.app_hash is not None:
        text = f"<#> {text} {asked.app_hash}"
    elif asked.web_otp_domain is not None:
        text = f"{text}\n\n@{asked.web_otp_domain} #{code}"
    return Worded(text, locale)


def lacking(template: Template, substitutions: Mapping[str, str]) -> tuple[str, ...]:
    """The places of a template for which nobody says a value."""
    if template.sid in shipped():
        return ()
    known = {"code", "friendly_name", "amount", "payee", *substitutions}
    places = {place for one in template.translations.values() for place in places_of(one.text)}
    return tuple(sorted(places - known))


def places_of(text: str) -> tuple[str, ...]:
    return tuple(_PLACE.findall(text))


def template_view(template: Template, *, account: str) -> dict[str, Any]:
    """As the API shows it."""
    return {
        "sid": template.sid,
        "account_sid": account,
        "friendly_name": template.friendly_name,
        "channels": list(template.channels),
        "translations": {
            locale: {
                "is_default_translation": locale == template.default,
                "status": "approved",
                "locale": locale,
                "text": one.text,
                "date_updated": None if template.updated_at is None else iso8601(template.updated_at),
                "date_created": None if template.created_at is None else iso8601(template.created_at),
            }
            for locale, one in template.translations.items()
        },
    }


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: values.get(place[1], ""), text)
