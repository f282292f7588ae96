"""Brands, campaigns and toll-free verifications in order, of which a test changes what it is about."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tidings.senders.registration.brand import Brand, BrandType
from tidings.senders.registration.campaign import Campaign
from tidings.senders.registration.states import BrandState, CampaignState, IdentityState, TollFreeState
from tidings.senders.registration.toll_free import Verification

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
ACCOUNT, BRAND, CAMPAIGN, SERVICE, SENDER = (UUID(int=n << 64) for n in range(1, 6))

BRAND_FORM = {
    "CustomerProfileBundleSid": "BU" + "1" * 32,
    "A2PProfileBundleSid": "BU" + "2" * 32,
}
CAMPAIGN_FORM: dict[str, Any] = {
    "Description": "Owl & Co. reminds its customers of appointments that they made on its website.",
    "MessageFlow": "Customers check a box on owl.example/book that says they agree to texts from Owl & Co.",
    "MessageSamples": [
        "Owl & Co.: your appointment is on Friday at 10:00. Reply STOP to opt out.",
        "Owl & Co.: your appointment has moved to Monday at 9:00.",
    ],
    "UsAppToPersonUsecase": "ACCOUNT_NOTIFICATION",
    "HasEmbeddedLinks": "false",
    "HasEmbeddedPhone": "false",
}
TOLL_FREE_FORM: dict[str, Any] = {
    "BusinessName": "Owl & Co.",
    "BusinessWebsite": "https://owl.example",
    "NotificationEmail": "texts@owl.example",
    "UseCaseCategories": ["ACCOUNT_NOTIFICATIONS"],
    "UseCaseSummary": "Reminders of appointments that customers made on our website.",
    "ProductionMessageSample": "Owl & Co.: your appointment is on Friday at 10:00.",
    "OptInImageUrls": ["https://owl.example/opt-in.png"],
    "OptInType": "WEB_FORM",
    "MessageVolume": "1,000",
}


def a_brand(**changed: Any) -> Brand:
    brand = Brand(
        id=BRAND,
        account=ACCOUNT,
        customer_profile=UUID("1" * 32),
        a2p_profile=UUID("2" * 32),
        type=BrandType.STANDARD,
        mock=False,
        skip_vetting=False,
        state=BrandState.APPROVED,
        identity=IdentityState.VETTED_VERIFIED,
        score=75,
        russell_3000=False,
        government=False,
        tax_exempt_status=None,
        registry_id="BABCDEF",
        reasons=(),
        submission=1,
        submitted_at=AT,
        asked_to_identify_at=None,
        created_at=AT,
        updated_at=AT,
    )
    return replace(brand, **changed)


def a_campaign(**changed: Any) -> Campaign:
    campaign = Campaign(
        id=CAMPAIGN,
        account=ACCOUNT,
        service=SERVICE,
        brand=BRAND,
        use_case=CAMPAIGN_FORM["UsAppToPersonUsecase"],
        description=CAMPAIGN_FORM["Description"],
        message_flow=CAMPAIGN_FORM["MessageFlow"],
        samples=tuple(CAMPAIGN_FORM["MessageSamples"]),
        has_embedded_links=False,
        has_embedded_phone=False,
        opt_in_message=None,
        opt_out_message=None,
        help_message=None,
        opt_in_keywords=(),
        opt_out_keywords=(),
        help_keywords=(),
        subscriber_opt_in=True,
        age_gated=False,
        direct_lending=False,
        privacy_policy_url=None,
        terms_and_conditions_url=None,
        mock=False,
        state=CampaignState.IN_PROGRESS,
        registry_id=None,
        reasons=(),
        submission=1,
        submitted_at=AT,
        created_at=AT,
        updated_at=AT,
    )
    return replace(campaign, **changed)


def a_verification(**said: Any) -> Verification:
    return Verification(
        id=CAMPAIGN,
        account=ACCOUNT,
        sender=SENDER,
        number="+18885550100",
        said={
            "business_name": TOLL_FREE_FORM["BusinessName"],
            "business_website": TOLL_FREE_FORM["BusinessWebsite"],
            "notification_email": TOLL_FREE_FORM["NotificationEmail"],
            "use_case_categories": TOLL_FREE_FORM["UseCaseCategories"],
            "use_case_summary": TOLL_FREE_FORM["UseCaseSummary"],
            "production_message_sample": TOLL_FREE_FORM["ProductionMessageSample"],
            "opt_in_image_urls": TOLL_FREE_FORM["OptInImageUrls"],
            "opt_in_type": TOLL_FREE_FORM["OptInType"],
            "message_volume": TOLL_FREE_FORM["MessageVolume"],
            **said,
        },
        state=TollFreeState.IN_REVIEW,
        reasons=(),
        may_be_mended=False,
        mend_until=None,
        submission=1,
        submitted_at=AT,
        created_at=AT,
        updated_at=AT,
    )
