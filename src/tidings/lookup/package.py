"""The data packages of a lookup, with the keys of each as Twilio has them, and what a source says of one. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from tidings.kernel.instant import Instant
from tidings.kernel.phone_number import LineType

LINE_TYPE = "line_type_intelligence"
LINE_STATUS = "line_status"
REASSIGNED = "reassigned_number"
IDENTITY = "identity_match"
CALLER_NAME = "caller_name"
RISK = "sms_pumping_risk"
VALIDATION = "validation"
"""May be asked for, and is told anyway."""

PACKAGES: Mapping[str, tuple[str, ...]] = {
    CALLER_NAME: ("caller_name", "caller_type", "error_code"),
    "sim_swap": ("last_sim_swap", "carrier_name", "mobile_country_code", "mobile_network_code", "error_code"),
    "call_forwarding": ("call_forwarding_enabled", "error_code"),
    LINE_STATUS: ("status", "error_code"),
    LINE_TYPE: ("error_code", "mobile_country_code", "mobile_network_code", "carrier_name", "type"),
    IDENTITY: (
        "first_name_match",
        "last_name_match",
        "address_lines_match",
        "city_match",
        "state_match",
        "postal_code_match",
        "address_country_match",
        "national_id_match",
        "date_of_birth_match",
        "summary_score",
        "error_code",
        "error_message",
    ),
    REASSIGNED: ("last_verified_date", "is_number_reassigned", "error_code"),
    RISK: (
        "carrier_risk_category",
        "number_blocked",
        "number_blocked_date",
        "number_blocked_last_3_months",
        "sms_pumping_risk_score",
        "error_code",
    ),
    "phone_number_quality_score": (
        "carrier_risk_score",
        "carrier_risk_category",
        "disposable_phone_risk_score",
        "disposable_phone_risk_category",
        "quality_score",
        "quality_category",
        "velocity_risk_score",
        "velocity_risk_category",
        "error_code",
    ),
    "pre_fill": (
        "first_name",
        "last_name",
        "address_line",
        "country_code",
        "state",
        "postal_code",
        "error_code",
    ),
}
"""In the order of the answer."""

LINE_TYPES = frozenset(
    {
        "landline",
        "mobile",
        "fixedVoip",
        "nonFixedVoip",
        "personal",
        "tollFree",
        "premium",
        "sharedCost",
        "uan",
        "voicemail",
        "pager",
        "unknown",
    }
)
BY_PLAN: Mapping[LineType, str] = {
    LineType.FIXED_LINE: "landline",
    LineType.MOBILE: "mobile",
    LineType.FIXED_LINE_OR_MOBILE: "unknown",  # the plan has both kinds under one prefix, as in the US
    LineType.TOLL_FREE: "tollFree",
    LineType.PREMIUM_RATE: "premium",
    LineType.SHARED_COST: "sharedCost",
    LineType.VOIP: "nonFixedVoip",
    LineType.PERSONAL_NUMBER: "personal",
    LineType.PAGER: "pager",
    LineType.UAN: "uan",
    LineType.VOICEMAIL: "voicemail",
    LineType.UNKNOWN: "unknown",
}
V1_TYPES: Mapping[str, str] = {
    "landline": "landline",
    "mobile": "mobile",
    "fixedVoip": "voip",
    "nonFixedVoip": "voip",
}
"""What the first version of the API calls a line; null for all others."""


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a value came from. `name`: override, receipts, deactivation_list, porting_data, own_codes, numbering_plan,
    none, or a provider's name. `said`: what exactly that was. `as_of`: its date. `cached`: told by the provider
    earlier."""

    name: str
    said: str
    as_of: date | None = None
    cached: bool = False
    until: Instant | None = None
    """Until when a provider's answer is believed."""
    cost: float = 0.0
    """What this request cost for it, in the currency of the provider's file."""


class Answer(msgspec.Struct, frozen=True):
    """A package as it is told, and the source of each of its keys (`*` for all)."""

    values: dict[str, Any]
    sources: dict[str, Source]


def empty(package: str, **values: Any) -> dict[str, Any]:
    """All keys of a package, null but for these."""
    return {key: values.get(key) for key in PACKAGES[package]}
