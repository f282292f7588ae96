"""Registrations as Twilio's API shows them. Pure."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from tidings.data import tables
from tidings.kernel.instant import Instant, iso8601
from tidings.kernel.sid import Sid
from tidings.senders.registration import brand as brands
from tidings.senders.registration import campaign as campaigns
from tidings.senders.registration import toll_free
from tidings.senders.registration.brand import Brand, Vetting
from tidings.senders.registration.campaign import Campaign
from tidings.senders.registration.reasons import Reason
from tidings.senders.registration.standing import brand_kind
from tidings.senders.registration.toll_free import Verification

DOCUMENTED_AT = "https://www.twilio.com/docs/api/errors/"
TIERS = ((75, "TOP"), (50, "HIGH_MID"), (25, "LOW_MID"), (0, "LOW"))
"""T-Mobile's tiers, each from a trust score on."""
MARKETING_CLASS = frozenset({"MARKETING", "MIXED"})
"""Use cases in the second of the two AT&T classes of a score."""


def brand_view(brand: Brand, *, url: str) -> dict[str, Any]:
    """`url` is the resource's own address."""
    return {
        "sid": str(Sid(brands.SID, brand.id)),
        "account_sid": str(Sid("AC", brand.account)),
        "customer_profile_bundle_sid": str(Sid(brands.BUNDLE_SID, brand.customer_profile)),
        "a2p_profile_bundle_sid": str(Sid(brands.BUNDLE_SID, brand.a2p_profile)),
        "date_created": iso8601(brand.created_at),
        "date_updated": iso8601(brand.updated_at),
        "brand_type": brand.type.value,
        "status": brand.state.value,
        "tcr_id": brand.registry_id,
        "failure_reason": brand.reasons[0].description if brand.reasons else None,
        "errors": [_error(one) for one in brand.reasons],
        "url": url,
        "brand_score": brand.score,
        "brand_feedback": None,
        "identity_status": None if brand.identity is None else brand.identity.value,
        "russell_3000": brand.russell_3000,
        "government_entity": brand.government,
        "tax_exempt_status": brand.tax_exempt_status,
        "skip_automatic_sec_vet": brand.skip_vetting,
        "mock": brand.mock,
        "links": {"brand_vettings": f"{url}/Vettings", "brand_registration_otps": f"{url}/SmsOtp"},
    }


def vetting_view(vetting: Vetting, *, url: str) -> dict[str, Any]:
    return {
        "account_sid": str(Sid("AC", vetting.account)),
        "brand_sid": str(Sid(brands.SID, vetting.brand)),
        "brand_vetting_sid": str(Sid(brands.VETTING_SID, vetting.id)),
        "date_updated": iso8601(vetting.updated_at),
        "date_created": iso8601(vetting.created_at),
        "vetting_id": vetting.vetting_id,
        "vetting_class": vetting.vetting_class,
        "vetting_status": vetting.state.value,
        "vetting_provider": vetting.provider.value,
        "url": url,
    }


def campaign_view(campaign: Campaign, brand: Brand, *, url: str) -> dict[str, Any]:
    return {
        "sid": str(Sid(campaigns.SID, campaign.id)),
        "account_sid": str(Sid("AC", campaign.account)),
        "brand_registration_sid": str(Sid(brands.SID, campaign.brand)),
        "messaging_service_sid": str(Sid("MG", campaign.service)),
        "description": campaign.description,
        "message_samples": list(campaign.samples),
        "us_app_to_person_usecase": campaign.use_case,
        "has_embedded_links": campaign.has_embedded_links,
        "has_embedded_phone": campaign.has_embedded_phone,
        "subscriber_opt_in": campaign.subscriber_opt_in,
        "age_gated": campaign.age_gated,
        "direct_lending": campaign.direct_lending,
        "campaign_status": campaign.state.value,
        "campaign_id": campaign.registry_id,
        "is_externally_registered": False,
        "rate_limits": None if campaign.registry_id is None else rate_limits(campaign.use_case, brand),
        "message_flow": campaign.message_flow,
        "opt_in_message": campaign.opt_in_message,
        "opt_out_message": campaign.opt_out_message,
        "help_message": campaign.help_message,
        "opt_in_keywords": list(campaign.opt_in_keywords),
        "opt_out_keywords": list(campaign.opt_out_keywords),
        "help_keywords": list(campaign.help_keywords),
        "privacy_policy_url": campaign.privacy_policy_url,
        "terms_and_conditions_url": campaign.terms_and_conditions_url,
        "date_created": iso8601(campaign.created_at),
        "date_updated": iso8601(campaign.updated_at),
        "url": url,
        "mock": campaign.mock,
        "errors": [_error(one) for one in campaign.reasons],
    }


def verification_view(
    verification: Verification, fields: Mapping[str, Any], *, url: str, now: Instant
) -> dict[str, Any]:
    """`fields` is all that can be submitted, by name, None where nothing was."""
    reasons = verification.reasons
    until = verification.mend_until
    return {
        "sid": str(Sid(toll_free.SID, verification.id)),
        "account_sid": str(Sid("AC", verification.account)),
        "regulated_item_sid": None,
        "trust_product_sid": None,
        "date_created": iso8601(verification.created_at),
        "date_updated": iso8601(verification.updated_at),
        **fields,
        "tollfree_phone_number_sid": str(Sid("PN", verification.sender)),
        "tollfree_phone_number": verification.number,
        "status": verification.state.value,
        "rejection_reason": reasons[0].description if reasons else None,
        "error_code": reasons[0].code if reasons else None,
        "edit_expiration": None if until is None else iso8601(until),
        "edit_allowed": verification.edit_allowed(now),
        "rejection_reasons": [_rejection(one) for one in reasons] or None,
        "resource_links": {},
        "vetting_id_expiration": None,
        "url": url,
    }


def rate_limits(use_case: str, brand: Brand) -> dict[str, Any]:
    """What AT&T and T-Mobile make of an approved campaign, in the registry's form."""
    row, special = _row(brand, use_case), _special().get(use_case)
    first, *second = row["att_class"].split()
    letter = second[0] if second and use_case in MARKETING_CLASS else first
    per_minute = int(row["att_per_minute"])
    if special is not None:
        letter, per_minute = special["att_class"], int(special["att_per_minute"])
    mps = per_minute / 60
    return {
        "att": {"mps": int(mps) if mps.is_integer() else mps, "msg_class": letter},
        "tmobile": {"brand_tier": _tier(brand)},
    }


def _row(brand: Brand, use_case: str) -> Mapping[str, str]:
    kind = brand_kind(
        brand.type,
        government=brand.government,
        russell_3000=brand.russell_3000,
        vetted=brand.score is not None,
        skips_vetting=brand.skip_vetting,
    )
    for row in _rows():
        fits = row["brand_type"] in (kind, "*") and (
            row["use_cases"] == "*" or use_case in row["use_cases"].split()
        )
        scored = not row["score_from"] or (
            brand.score is not None and int(row["score_from"]) <= brand.score <= int(row["score_to"])
        )
        if fits and scored:
            return row
    raise LookupError(f"ten_dlc.csv has no row for a brand that is {kind}")


def _tier(brand: Brand) -> str:
    if brand.russell_3000 or brand.government:
        return "TOP"
    if brand.score is None:
        return "LOW"
    return next(tier for least, tier in TIERS if brand.score >= least)


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    return tuple(tables.rows("ten_dlc.csv"))


@cache
def _special() -> Mapping[str, Mapping[str, str]]:
    return {row["use_case"]: row for row in tables.rows("ten_dlc_special.csv")}


def _error(one: Reason) -> dict[str, Any]:
    return {
        "error_code": one.code,
        "description": one.description,
        "fields": list(one.fields),
        "url": f"{DOCUMENTED_AT}{one.code}",
    }


def _rejection(one: Reason) -> dict[str, Any]:
    return {"code": one.code, "reason": one.description}
