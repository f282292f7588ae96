"""By what the embedded registry decides. Every rule is explicit: what it looks at, and the reason it gives. Pure.

All rules are applied, so that a rejection names everything that has to be mended.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from tidings.kernel.callback_url import is_callback_url
from tidings.senders.registration import wording
from tidings.senders.registration.brand import Brand, BrandType, Provider, Vetting
from tidings.senders.registration.campaign import Campaign
from tidings.senders.registration.reasons import Reason, reason
from tidings.senders.registration.registry import BrandApproved, BrandVetted, Rejected
from tidings.senders.registration.states import IdentityState
from tidings.senders.registration.toll_free import Verification

USUAL_SCORE = 75
FEWEST_SAMPLES, MOST_SAMPLES = 2, 5
SHORTEST_SAMPLE = 20
SHORTEST_DESCRIPTION = 40
SHORTEST_FLOW = 40
SHORTEST_REPLY = 20
MOST_CAMPAIGNS = 100

NEVER = frozenset({"hate", "cannabis", "gambling", "high-risk lending"})
"""Subjects that no campaign may have."""
ADULTS_ONLY = frozenset({"alcohol", "tobacco", "firearms", "adult"})
"""Subjects that need an age gate."""
MAY_SELL = frozenset(
    {
        "AGENTS_FRANCHISES",
        "CHARITY",
        "LOW_VOLUME",
        "MARKETING",
        "MIXED",
        "POLITICAL",
        "SOCIAL",
        "SOLE_PROPRIETOR",
        "SWEEPSTAKE",
    }
)
MAY_SEND_ANYTHING = frozenset({"LOW_VOLUME", "MIXED", "SOLE_PROPRIETOR", "SECURITY_ALERT", "FRAUD_ALERT"})
"""Use cases whose samples may all be about codes although the use case is not 2FA."""
NO_OPT_OUT_NEEDED = frozenset({"2FA", "EMERGENCY"})

_TOKEN = re.compile(r"cv\|1\.0\|(?:tcr|tfn)\|(?:10dlc|tfn)\|[0-9A-Za-z-]{8,64}\|[0-9A-Za-z_-]{8,128}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_SOCIAL_HOSTS = ("facebook.com", "instagram.com", "tiktok.com", "x.com", "twitter.com", "linkedin.com")


def judge_brand(brand: Brand) -> BrandApproved | Rejected:
    """Profiles live elsewhere, so what the registry finds is told by the last four digits of the A2P profile's SID
    (docs/how-to/register-senders.md): 0001 not verifiable; 3000 of the Russell 3000; 9000 a government; 5013 tax-exempt
    under 501(c)(3); f000 to f100 that trust score; all others are in order."""
    tail = brand.a2p_profile.hex[-4:]
    if brand.mock:
        return BrandApproved(_registry_id("B", brand.id.int), _identity(brand, None), None)
    if tail == "0001":
        return Rejected((reason(30799, "customer_profile_bundle_sid", "a2p_profile_bundle_sid"),))
    vetted = brand.type is BrandType.STANDARD and not brand.skip_vetting
    score = _score(tail) if vetted else None
    return BrandApproved(
        registry_id=_registry_id("B", brand.id.int),
        identity=_identity(brand, score),
        score=score,
        russell_3000=tail == "3000",
        government=tail == "9000",
        tax_exempt_status="501c3" if tail == "5013" else None,
    )


def _score(tail: str) -> int:
    named = tail[0] == "f" and tail[1:].isdecimal() and int(tail[1:]) <= 100
    return int(tail[1:]) if named else USUAL_SCORE


def _identity(brand: Brand, score: int | None) -> IdentityState:
    if brand.type is BrandType.SOLE_PROPRIETOR:
        return IdentityState.UNVERIFIED
    return IdentityState.VERIFIED if score is None else IdentityState.VETTED_VERIFIED


def judge_vetting(vetting: Vetting, brand: Brand) -> BrandVetted | Rejected:
    """Campaign Verify gives a token, which must look like one; Aegis scores the brand."""
    if vetting.provider is Provider.CAMPAIGN_VERIFY:
        if vetting.vetting_id is None or _TOKEN.fullmatch(vetting.vetting_id) is None:
            return Rejected((reason(30799, "vetting_id"),))
        return BrandVetted(None)
    return BrandVetted(_score(brand.a2p_profile.hex[-4:]))


def judge_campaign(campaign: Campaign, brand: Brand, vetted_for: frozenset[str]) -> list[Reason]:
    """Why the campaign is rejected; nothing when it is approved. A mock brand's campaign is not looked at.
    `vetted_for`: the classes of the brand's vettings."""
    if campaign.mock:
        return []
    return [
        *_eligible(campaign, brand, vetted_for),
        *_described(campaign),
        *_consented(campaign),
        *_sampled(campaign),
        *_matching(campaign),
        *_left(campaign),
        *_allowed(campaign),
    ]


def _eligible(campaign: Campaign, brand: Brand, vetted_for: frozenset[str]) -> Iterator[Reason]:
    field = "US_APP_TO_PERSON_USECASE"
    if campaign.use_case == "POLITICAL" and "POLITICAL" not in vetted_for:
        yield reason(30900, field, because="Political campaigns need a vetting by Campaign Verify.")
    if campaign.use_case == "CHARITY" and brand.tax_exempt_status != "501c3":
        yield reason(30900, field, because="The brand is not tax-exempt under 501(c)(3).")
    if campaign.use_case == "EMERGENCY" and not brand.government:
        yield reason(30900, field, because="The brand is not a government's.")


def _described(campaign: Campaign) -> Iterator[Reason]:
    if len(campaign.description.strip()) < SHORTEST_DESCRIPTION:
        because = f"It has fewer than {SHORTEST_DESCRIPTION} characters."
        yield reason(30886, "DESCRIPTION", because=because)
    if campaign.use_case == "2FA" and wording.sells(campaign.description):
        yield reason(30886, "DESCRIPTION", because="It describes marketing, and the use case is 2FA.")


def _consented(campaign: Campaign) -> Iterator[Reason]:
    flow = campaign.message_flow.strip()
    if len(flow) < SHORTEST_FLOW:
        yield reason(30909, "MESSAGE_FLOW", because=f"It has fewer than {SHORTEST_FLOW} characters.")
    elif not wording.says_how_people_consent(flow):
        yield reason(30909, "MESSAGE_FLOW", because="It does not say how people consent.")
    if campaign.opt_in_keywords and len(campaign.opt_in_message or "") < SHORTEST_REPLY:
        because = f"Opt-in keywords need an opt-in message of at least {SHORTEST_REPLY} characters."
        yield reason(30909, "OPT_IN_MESSAGE", because=because)


def _sampled(campaign: Campaign) -> Iterator[Reason]:
    field, samples = "MESSAGE_SAMPLES", campaign.samples
    if not FEWEST_SAMPLES <= len(samples) <= MOST_SAMPLES:
        because = f"There must be {FEWEST_SAMPLES} to {MOST_SAMPLES} samples, and there are {len(samples)}."
        yield reason(30893, field, because=because)
    if any(len(sample.strip()) < SHORTEST_SAMPLE for sample in samples):
        yield reason(30893, field, because=f"A sample has fewer than {SHORTEST_SAMPLE} characters.")
    if len({sample.strip().lower() for sample in samples}) < len(samples):
        yield reason(30893, field, because="Two samples are the same.")
    if any(map(wording.has_short_link, samples)):
        yield reason(30893, field, because="A sample has a public short link.")
    links, phones = any(map(wording.has_link, samples)), any(map(wording.has_phone, samples))
    if links != campaign.has_embedded_links:
        because = "A sample has a link" if links else "No sample has a link"
        yield reason(
            30893,
            field,
            "HAS_EMBEDDED_LINKS",
            because=f"{because}, and HasEmbeddedLinks says otherwise.",
        )
    if phones != campaign.has_embedded_phone:
        because = "A sample has a phone number" if phones else "No sample has a phone number"
        yield reason(
            30889,
            field,
            "HAS_EMBEDDED_PHONE",
            because=f"{because}, and HasEmbeddedPhone says otherwise.",
        )


def _matching(campaign: Campaign) -> Iterator[Reason]:
    field, samples = "MESSAGE_SAMPLES", campaign.samples
    if campaign.use_case not in MAY_SELL and any(map(wording.sells, samples)):
        yield reason(30893, field, because=f"A sample is marketing, and the use case is {campaign.use_case}.")
    codes = [wording.is_about_a_code(sample) for sample in samples]
    if campaign.use_case == "2FA" and not all(codes):
        yield reason(30893, field, because="A sample is about no code, and the use case is 2FA.")
    if campaign.use_case not in MAY_SEND_ANYTHING | {"2FA"} and codes and all(codes):
        yield reason(
            30893,
            field,
            because=f"All samples are about codes, and the use case is {campaign.use_case}.",
        )


def _left(campaign: Campaign) -> Iterator[Reason]:
    if campaign.use_case not in NO_OPT_OUT_NEEDED and not any(
        map(wording.says_how_to_leave, campaign.samples)
    ):
        yield reason(30887, "MESSAGE_SAMPLES", because="No sample tells people how to opt out.")
    reply = campaign.opt_out_message
    if campaign.opt_out_keywords and (reply is None or len(reply) < SHORTEST_REPLY):
        because = f"Opt-out keywords need an opt-out message of at least {SHORTEST_REPLY} characters."
        yield reason(30887, "OPT_OUT_MESSAGE", because=because)


def _allowed(campaign: Campaign) -> Iterator[Reason]:
    named = wording.topics(campaign.description, *campaign.samples)
    for topic in named:
        if topic in NEVER:
            yield reason(30897, "DESCRIPTION", "MESSAGE_SAMPLES", because=f"It is about {topic}.")
        elif topic in ADULTS_ONLY and not campaign.age_gated:
            yield reason(30897, "AGE_GATED", because=f"It is about {topic}, without an age gate.")
    if "lending" in named and "high-risk lending" not in named and not campaign.direct_lending:
        yield reason(
            30897, "DIRECT_LENDING", because="It is about lending, and DirectLending says it is not."
        )


def judge_toll_free(verification: Verification) -> list[Reason]:
    """Why the verification is rejected; nothing when it is approved."""
    return [
        *_who(verification),
        *_opted_in(verification),
        *_sample(verification),
        *_topics(verification),
    ]


def _who(verification: Verification) -> Iterator[Reason]:
    said = verification.said
    website = str(said["business_website"])
    if not is_callback_url(website) or (urlsplit(website).hostname or "").endswith(_SOCIAL_HOSTS):
        yield reason(30445, "business_website", because="The website is not one of the business.")
    if _EMAIL.fullmatch(str(said["notification_email"])) is None:
        yield reason(30452, "notification_email")
    contact = said.get("business_contact_email")
    if contact and _EMAIL.fullmatch(str(contact)) is None:
        yield reason(30452, "business_contact_email")
    if len(str(said["use_case_summary"]).strip()) < SHORTEST_DESCRIPTION:
        yield reason(
            30445,
            "use_case_summary",
            because=f"The summary has fewer than {SHORTEST_DESCRIPTION} characters.",
        )
    kind = said.get("business_type")
    if kind not in (None, "SOLE_PROPRIETOR") and not said.get("business_registration_number"):
        yield reason(30445, "business_registration_number", because="The registration number is missing.")
    if said.get("business_street_address") and not (
        said.get("business_city") and said.get("business_country")
    ):
        yield reason(30451, "business_city", "business_country", because="City and country are missing.")


def _opted_in(verification: Verification) -> Iterator[Reason]:
    if not all(is_callback_url(str(url)) for url in verification.said["opt_in_image_urls"]):
        yield reason(30446, "opt_in_image_urls", because="An image of the opt-in is no public URL.")
    if verification.said["opt_in_type"] == "IMPORT_PLEASE_REPLACE":
        yield reason(30446, "opt_in_type", because="The type of opt-in is still to be filled in.")


def _sample(verification: Verification) -> Iterator[Reason]:
    said = verification.said
    sample, categories = str(said["production_message_sample"]), said["use_case_categories"]
    if len(sample.strip()) < SHORTEST_SAMPLE:
        yield reason(
            30442, "production_message_sample", because=f"It has fewer than {SHORTEST_SAMPLE} characters."
        )
    if wording.has_short_link(sample):
        yield reason(30449, "production_message_sample")
    if "MARKETING" in categories and not wording.says_how_to_leave(sample):
        yield reason(30442, "production_message_sample", because="It does not tell people how to opt out.")
    if wording.sells(sample) and not {"MARKETING", "CHARITY_NONPROFIT"} & set(categories):
        yield reason(
            30442,
            "production_message_sample",
            "use_case_categories",
            because="It is marketing, and the use case is not.",
        )


_CODE_OF_TOPIC = {
    "hate": 30455,
    "firearms": 30457,
    "tobacco": 30458,
    "cannabis": 30459,
    "adult": 30443,
    "gambling": 30443,
    "high-risk lending": 30444,
}


def _topics(verification: Verification) -> Iterator[Reason]:
    said = verification.said
    for topic in wording.topics(str(said["use_case_summary"]), str(said["production_message_sample"])):
        if topic in _CODE_OF_TOPIC:
            yield reason(_CODE_OF_TOPIC[topic], "use_case_summary", "production_message_sample")
        elif topic == "alcohol" and not said.get("age_gated_content"):
            yield reason(30448, "age_gated_content")


def campaign_registry_id(campaign: Campaign) -> str:
    return _registry_id("C", campaign.id.int)


def _registry_id(letter: str, number: int) -> str:
    """Seven letters and digits, as the US registry's ids look: the same for the same id."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    text = ""
    for _ in range(6):
        number, digit = divmod(number, 36)
        text += digits[digit]
    return letter + text
