"""Services, verifications and checks as the API shows them. Pure."""

from typing import Any

import msgspec

from tidings.kernel.instant import Instant, iso8601
from tidings.kernel.sid import Sid
from tidings.verify.settings import VerifyService
from tidings.verify.verification import Channel, Status, Verification

_LINKS = {
    "verification_checks": "VerificationCheck",
    "verifications": "Verifications",
    "rate_limits": "RateLimits",
    "messaging_configurations": "MessagingConfigurations",
    "entities": "Entities",
    "webhooks": "Webhooks",
    "access_tokens": "AccessTokens",
}
_OURS = frozenset({"ttl_seconds", "web_otp_domain", "fraud_guard", "fraud_fails_open", "fallback_seconds"})
"""Settings that Twilio's API does not have, so that its answers do not have them either."""
_LOUD = {Channel.SMS: "SMS", Channel.EMAIL: "EMAIL", Channel.CALL: "CALL"}


def service_view(service: VerifyService, *, url: str) -> dict[str, Any]:
    """`url` is the service's own."""
    settings = msgspec.to_builtins(service.settings)
    shown = {key: value for key, value in settings.items() if key not in _OURS}
    return {
        "sid": str(Sid("VA", service.id)),
        "account_sid": str(Sid("AC", service.account)),
        **shown,
        "date_created": iso8601(service.created_at),
        "date_updated": iso8601(service.updated_at),
        "url": url,
        "links": {name: f"{url}/{path}" for name, path in _LINKS.items()},
    }


def verification_view(found: Verification, *, url: str, now: Instant) -> dict[str, Any]:
    """`url` is the verification's own."""
    return {
        **_common(found, now=now),
        "lookup": found.lookup or {},
        "send_code_attempts": [
            {
                "time": iso8601(one.at),
                "channel": _LOUD.get(Channel(one.channel), one.channel),
                "attempt_sid": str(Sid("VL", one.id)),
            }
            for one in found.attempts
        ],
        "sna": None,
        "url": url,
    }


def check_view(found: Verification, *, now: Instant) -> dict[str, Any]:
    return {**_common(found, now=now), "sna_attempts_error_codes": []}


def _common(found: Verification, *, now: Instant) -> dict[str, Any]:
    return {
        "sid": str(Sid("VE", found.id)),
        "service_sid": str(Sid("VA", found.service)),
        "account_sid": str(Sid("AC", found.account)),
        "to": found.recipient,
        "channel": found.channel,
        "status": found.shown(now).value,
        "valid": found.status is Status.APPROVED,
        "amount": found.amount,
        "payee": found.payee,
        "date_created": iso8601(found.created_at),
        "date_updated": iso8601(found.updated_at),
    }
