"""A 10DLC campaign: what a messaging service's long codes send to the US, as the registry knows it."""

from dataclasses import dataclass
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.database import Record
from tidings.senders.registration.reasons import Reason
from tidings.senders.registration.states import CampaignState

SID = "QE"


@dataclass(frozen=True, slots=True)
class Campaign:
    id: UUID
    account: UUID
    service: UUID
    brand: UUID
    use_case: str
    description: str
    message_flow: str
    """How people consent."""
    samples: tuple[str, ...]
    has_embedded_links: bool
    has_embedded_phone: bool
    opt_in_message: str | None
    opt_out_message: str | None
    help_message: str | None
    opt_in_keywords: tuple[str, ...]
    opt_out_keywords: tuple[str, ...]
    help_keywords: tuple[str, ...]
    subscriber_opt_in: bool
    age_gated: bool
    direct_lending: bool
    privacy_policy_url: str | None
    terms_and_conditions_url: str | None
    mock: bool
    """Of a mock brand: it is approved without a look, and sends nothing."""
    state: CampaignState
    registry_id: str | None
    reasons: tuple[Reason, ...]
    submission: int
    submitted_at: Instant
    created_at: Instant
    updated_at: Instant


def campaign_of(row: Record) -> Campaign:
    return Campaign(
        id=row["id"],
        account=row["account"],
        service=row["service"],
        brand=row["brand"],
        use_case=row["use_case"],
        description=row["description"],
        message_flow=row["message_flow"],
        samples=tuple(row["samples"]),
        has_embedded_links=row["has_embedded_links"],
        has_embedded_phone=row["has_embedded_phone"],
        opt_in_message=row["opt_in_message"],
        opt_out_message=row["opt_out_message"],
        help_message=row["help_message"],
        opt_in_keywords=tuple(row["opt_in_keywords"]),
        opt_out_keywords=tuple(row["opt_out_keywords"]),
        help_keywords=tuple(row["help_keywords"]),
        subscriber_opt_in=row["subscriber_opt_in"],
        age_gated=row["age_gated"],
        direct_lending=row["direct_lending"],
        privacy_policy_url=row["privacy_policy_url"],
        terms_and_conditions_url=row["terms_and_conditions_url"],
        mock=row["mock"],
        state=CampaignState(row["status"]),
        registry_id=row["registry_id"],
        reasons=tuple(Reason.read(one) for one in row["reasons"]),
        submission=row["submission"],
        submitted_at=row["submitted_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
