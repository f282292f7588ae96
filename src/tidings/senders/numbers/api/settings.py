"""What an account sets on a number: where messages go, and what Tidings only keeps for its callers."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tidings.kernel.outcomes import Refused
from tidings.runtime.database import Record
from tidings.senders.fields import ApiVersion, Fields
from tidings.web.api.forms import invalid
from tidings.web.api.request import Form

KEPT_SIDS = {
    "voice_application_sid": ("VoiceApplicationSid", "AP"),
    "trunk_sid": ("TrunkSid", "TK"),
    "identity_sid": ("IdentitySid", "RI"),
    "address_sid": ("AddressSid", "AD"),
    "bundle_sid": ("BundleSid", "BU"),
    "emergency_address_sid": ("EmergencyAddressSid", "AD"),
}
KEPT_URLS = {"voice_url": "VoiceUrl", "voice_fallback_url": "VoiceFallbackUrl"}
KEPT_METHODS = {
    "voice_method": "VoiceMethod",
    "voice_fallback_method": "VoiceFallbackMethod",
    "status_callback_method": "StatusCallbackMethod",
}


class ReceiveMode(StrEnum):
    VOICE = "voice"
    FAX = "fax"


class EmergencyStatus(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSettings:
    friendly_name: str
    sms_url: str | None
    sms_method: str
    sms_fallback_url: str | None
    sms_fallback_method: str
    sms_application_sid: str | None
    status_callback: str | None
    kept: dict[str, Any]
    """Settings of calls, papers and emergencies: Tidings makes no calls, and gives back what it was told."""


def settings_of(row: Record) -> NumberSettings:
    return NumberSettings(
        friendly_name=row["friendly_name"],
        sms_url=row["sms_url"],
        sms_method=row["sms_method"],
        sms_fallback_url=row["sms_fallback_url"],
        sms_fallback_method=row["sms_fallback_method"],
        sms_application_sid=None if row["sms_application"] is None else f"AP{row['sms_application'].hex}",
        status_callback=row["status_callback"],
        kept=row["other_settings"],
    )


def changed(settings: NumberSettings, form: Form) -> NumberSettings | Refused:
    """The settings with what a form says of them, or the refusal of its first fault."""
    fields = Fields(form)
    wanted = NumberSettings(
        friendly_name=fields.name(settings.friendly_name),
        sms_url=fields.address("SmsUrl", settings.sms_url),
        sms_method=fields.method("SmsMethod", settings.sms_method),
        sms_fallback_url=fields.address("SmsFallbackUrl", settings.sms_fallback_url),
        sms_fallback_method=fields.method("SmsFallbackMethod", settings.sms_fallback_method),
        sms_application_sid=fields.sid("SmsApplicationSid", "AP", settings.sms_application_sid),
        status_callback=fields.address("StatusCallback", settings.status_callback),
        kept=_kept(fields, settings.kept),
    )
    return fields.fault or wanted


def _kept(fields: Fields, present: dict[str, Any]) -> dict[str, Any]:
    """Only what differs from the usual is kept."""
    kept: dict[str, Any] = {}
    for name, (key, prefix) in KEPT_SIDS.items():
        kept[name] = fields.sid(key, prefix, present.get(name))
    for name, key in KEPT_URLS.items():
        kept[name] = fields.address(key, present.get(name))
    for name, key in KEPT_METHODS.items():
        kept[name] = fields.method(key, present.get(name, "POST"))
    kept["voice_caller_id_lookup"] = fields.switch(
        "VoiceCallerIdLookup", present.get("voice_caller_id_lookup", False)
    )
    mode = ReceiveMode(present.get("voice_receive_mode", "voice"))
    kept["voice_receive_mode"] = fields.choice(
        "VoiceReceiveMode", mode, lambda: invalid("VoiceReceiveMode", "must be voice or fax")
    ).value
    status = EmergencyStatus(present.get("emergency_status", "inactive"))
    kept["emergency_status"] = fields.choice(
        "EmergencyStatus", status, lambda: invalid("EmergencyStatus", "must be Active or Inactive")
    ).value
    kept["api_version"] = fields.api_version(present.get("api_version", ApiVersion.PRESENT.value))
    usual = {"voice_caller_id_lookup": False, "voice_receive_mode": "voice", "emergency_status": "inactive"}
    usual |= {"api_version": ApiVersion.PRESENT.value} | dict.fromkeys(KEPT_METHODS, "POST")
    return {name: value for name, value in kept.items() if value != usual.get(name)}
