"""Registering senders without waiting: for a home's first start, so that what it begins with may text."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.kernel.sid import mint
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Connection, Database
from tidings.runtime.statements import Statements
from tidings.senders.registration.brand import BrandType
from tidings.senders.registration.embedded import EmbeddedRegistry
from tidings.senders.registration.review import Reviewer, ask_for_review

SQL = Statements.beside(__file__)

CAMPAIGN = {
    "description": "A demonstration of Tidings: reminders, codes and offers to numbers of a simulated carrier.",
    "message_flow": "Nobody real is texted: every number that the simulated carrier has has opted in by itself.",
    "samples": [
        "Demo: your table is ready. Reply STOP to opt out.",
        "Demo: see you on Friday at ten.",
    ],
}
VERIFICATION = {
    "business_name": "Demo",
    "business_website": "https://demo.example",
    "notification_email": "demo@demo.example",
    "use_case_categories": ["ACCOUNT_NOTIFICATIONS"],
    "use_case_summary": "A demonstration of Tidings with numbers of a simulated carrier.",
    "production_message_sample": "Demo: your table is ready. Reply STOP to opt out.",
    "opt_in_image_urls": ["https://demo.example/opt-in.png"],
    "opt_in_type": "WEB_FORM",
    "message_volume": "10,000",
}


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was submitted for a demo account."""

    account: UUID
    brand: UUID
    campaign: UUID
    verification: UUID


async def submit_demo(
    connection: Connection,
    account: UUID,
    *,
    service: UUID,
    toll_free: UUID,
    entropy: Entropy,
    now: Instant,
) -> Submitted:
    """Submits a low-volume brand with a campaign of the service, and the verification of a toll-free number."""
    brand, campaign, verification = (mint(now, entropy(10), 0) for _ in range(3))
    profiles = (mint(now, entropy(10), 0), mint(now, entropy(10), 0))
    standard, mock, skip_vetting = BrandType.STANDARD.value, False, True
    await SQL.one(connection, "create_brand", account, brand, *profiles, standard, mock, skip_vetting, now)
    await SQL.one(
        connection,
        "create_campaign",
        account,
        campaign,
        service,
        brand,
        mock,
        "LOW_VOLUME",
        CAMPAIGN["description"],
        CAMPAIGN["message_flow"],
        CAMPAIGN["samples"],
        *(False, False),  # links, phone numbers
        *(None, None, None),  # replies
        *([], [], []),  # keywords
        *(True, False, False),  # opt-in, age gate, lending
        *(None, None),  # addresses of policies
        now,
    )
    await SQL.one(connection, "create_verification", account, verification, toll_free, VERIFICATION, now)
    await ask_for_review(connection, account, "brand", brand)
    await ask_for_review(connection, account, "campaign", campaign)
    await ask_for_review(connection, account, "toll_free", verification)
    return Submitted(account, brand, campaign, verification)


async def decide_at_once(db: Database, submitted: Submitted, *, clock: Clock) -> None:
    """The registry decides without its delay; the jobs of what was submitted find it done."""
    reviewer = Reviewer(db, EmbeddedRegistry(timedelta(0)), clock)
    for what, id in (
        ("brand", submitted.brand),
        ("campaign", submitted.campaign),
        ("toll_free", submitted.verification),
    ):
        await reviewer.review({"what": what, "account": submitted.account.hex, "id": id.hex, "submission": 1})
