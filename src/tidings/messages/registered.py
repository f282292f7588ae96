"""What is registered with carriers for those who send: their campaigns, and what carriers would block."""

import time
from collections.abc import Sequence
from uuid import UUID

import msgspec

from tidings.kernel.codes import Code
from tidings.lanes.allowance import Registered
from tidings.lanes.grant import grant_campaign
from tidings.lanes.throughput import CampaignOf
from tidings.messages import choosing
from tidings.messages.draft import Draft
from tidings.runtime.database import Connection, Database
from tidings.senders import Sender
from tidings.senders.registration import NOT_REGISTERED, Registrations, Standing, registration_gate
from tidings.senders.registration.standing import Rule


class Gate:
    """Looks before a message is accepted, so that what a carrier would block never takes a place in a lane."""

    def __init__(self, registrations: Registrations) -> None:
        self._registrations = registrations

    def recall(self, draft: Draft) -> tuple[Draft, Code | None] | None:
        """As `look`, if what is registered for its sender was looked up a moment ago."""
        assert draft.sender is not None
        standing = self._registrations.recall(draft.account, draft.sender)
        return None if standing is None else _judged(draft, standing)

    async def look(self, draft: Draft) -> tuple[Draft, Code | None]:
        """The message with the campaign of its sender, and the code with which carriers would block it, if any."""
        assert draft.sender is not None
        return _judged(draft, await self._registrations.standing(draft.account, draft.sender))

    async def standings(self, senders: Sequence[Sender]) -> choosing.Standing:
        """What is registered for senders of one account, for choosing among them."""
        if not senders:
            return choosing.Standing()
        found = await self._registrations.standings(
            senders[0].account, [sender.address for sender in senders]
        )
        campaigns = {address: registered_by(standing) for address, standing in found.items()}
        return choosing.Standing(
            bar=lambda sender, country: registration_gate(
                found.get(sender.address, NOT_REGISTERED), destination=country
            ),
            registered={address: one for address, one in campaigns.items() if one is not None},
        )


def registered_by(standing: Standing) -> Registered | None:
    """The campaign that decides on a US long code's throughput; None without an approved one."""
    if standing.rule is not Rule.TEN_DLC or not standing.registered:
        return None
    assert standing.campaign is not None
    assert standing.brand is not None
    return Registered(
        campaign=standing.campaign.hex,
        brand=standing.brand.hex,
        brand_type=standing.brand_kind,
        trust_score=standing.trust_score,
        use_case=standing.use_case,
    )


async def grant_registered(connection: Connection, account: UUID, standing: Standing) -> None:
    """Give an approved campaign what carriers allow it, where its lanes look for it."""
    campaign = registered_by(standing)
    if campaign is not None:
        await grant_campaign(connection, account, campaign)


def _judged(draft: Draft, standing: Standing) -> tuple[Draft, Code | None]:
    if standing.rule is None:
        return draft, None
    campaign = registered_by(standing)
    if campaign is not None:
        draft = msgspec.structs.replace(draft, registered=campaign)
    return draft, registration_gate(standing, destination=draft.country)


def campaign_of(db: Database) -> CampaignOf:
    """Looks up the approved 10DLC campaign of a sender of an account."""
    registrations = Registrations(db, monotonic=time.monotonic)

    async def found(account: UUID, sender: str) -> Registered | None:
        return registered_by(await registrations.standing(account, sender))

    return found
