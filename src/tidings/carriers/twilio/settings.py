"""The settings of a Twilio account that carries our messages, all faults told at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tidings.carriers.door import is_address
from tidings.carriers.http.connector import Manners
from tidings.carriers.http.reading import Section

API_URL = "https://api.twilio.com"
WINDOW = 50
_ACCOUNT = re.compile(r"AC[0-9a-f]{32}", re.ASCII)
_SERVICE = re.compile(r"MG[0-9a-f]{32}", re.ASCII)
_KEY = re.compile(r"SK[0-9a-f]{32}", re.ASCII)


class TwilioSettingsError(ValueError):
    """All that is wrong, a line each. Never shows a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSettings:
    """`auth_token` is the primary one: Twilio signs its callbacks with it. `api_key` and its secret sign in instead
    where they are given. `public_url` is our own address as Twilio shall call it; `service` a messaging service of
    that account which our senders belong to."""

    account_sid: str
    auth_token: str = field(repr=False)
    api_key: str = ""
    api_key_secret: str = field(default="", repr=False)
    service: str = ""
    api_url: str = API_URL
    public_url: str = ""
    manners: Manners = field(default_factory=lambda: Manners(window=WINDOW))

    @classmethod
    def parse(cls, given: Mapping[str, object], *, public_url: str | None) -> "TwilioSettings":
        """`public_url` is what holds where the settings name none. Raises TwilioSettingsError with every fault."""
        faults: list[str] = []
        section = Section(dict(given), "", faults)
        usual = Manners(window=WINDOW)
        settings = cls(
            account_sid=section.setting("account_sid", required=True),
            auth_token=section.setting("auth_token", required=True),
            api_key=section.setting("api_key"),
            api_key_secret=section.setting("api_key_secret"),
            service=section.setting("messaging_service_sid"),
            api_url=section.setting("api_url", API_URL).rstrip("/"),
            public_url=section.setting("public_url", public_url or "").rstrip("/"),
            manners=Manners(
                window=section.whole("window", WINDOW, least=1, most=1_000),
                timeout=section.number("timeout_seconds", usual.timeout, least=0.1, most=600),
                connect_timeout=section.number(
                    "connect_timeout_seconds", usual.connect_timeout, least=0.1, most=60
                ),
                retry_first=section.number("retry_first_seconds", usual.retry_first, least=0.01, most=60),
                retry_most=section.number("retry_most_seconds", usual.retry_most, least=0.01, most=3_600),
                allow_private=section.switch("allow_private", default=False),
            ),
        )
        section.end()
        for key, text, form, meant in (
            ("account_sid", settings.account_sid, _ACCOUNT, "AC and 32 hexadecimal digits"),
            ("messaging_service_sid", settings.service, _SERVICE, "MG and 32 hexadecimal digits"),
            ("api_key", settings.api_key, _KEY, "SK and 32 hexadecimal digits"),
        ):
            if text and not form.fullmatch(text):
                section.fault(key, f"must be {meant}")
        if bool(settings.api_key) != bool(settings.api_key_secret):
            section.fault("api_key", "an API key and its secret go together")
        if not settings.public_url:
            section.fault("public_url", "missing: where shall Twilio call us? Or set TIDINGS_PUBLIC_URL")
        for key, url in (("api_url", settings.api_url), ("public_url", settings.public_url)):
            if url and not is_address(url):
                section.fault(key, "must be http:// or https:// and a host, without a path")
        if faults:
            raise TwilioSettingsError("\n".join(faults))
        return settings
