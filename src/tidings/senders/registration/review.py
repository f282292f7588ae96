"""What becomes of a submission: the job that asks the registry until it has decided, and writes what it said.

Each step is a transaction of its own and names the submission that it is about, so that it may be done twice, and what
was submitted anew meanwhile is left alone.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, assert_never
from uuid import UUID

from tidings.kernel.instant import Instant
from tidings.runtime.clock import Clock
from tidings.runtime.database import Connection, Database
from tidings.runtime.jobs import Arguments, Jobs, enqueue
from tidings.runtime.statements import Statements
from tidings.senders.registration.brand import brand_of, vetting_of
from tidings.senders.registration.campaign import campaign_of
from tidings.senders.registration.reasons import Reason, may_be_mended
from tidings.senders.registration.registry import (
    BrandApproved,
    BrandVetted,
    CampaignApproved,
    IdentityProved,
    NumberApproved,
    Registry,
    Rejected,
    Undecided,
)
from tidings.senders.registration.standing import Standing, registered_campaigns
from tidings.senders.registration.states import (
    BRAND_MOVES,
    CAMPAIGN_MOVES,
    IDENTITY_MOVES,
    TOLL_FREE_MOVES,
    VETTING_MOVES,
    BrandState,
    CampaignState,
    IdentityState,
    TollFreeState,
    VettingState,
    before,
)
from tidings.senders.registration.toll_free import EDIT_WINDOW, verification_of

SQL = Statements.beside(__file__)
JOB = "review_registration"
SHORTEST_PAUSE = timedelta(seconds=0.1)


async def ask_for_review(
    connection: Connection,
    account: UUID,
    what: str,
    id: UUID,
    *,
    submission: int = 1,
    of: UUID | None = None,
    after: timedelta = timedelta(0),
) -> None:
    """Has the registry asked, if and only if the caller's transaction commits. `what`: brand, vetting, identity,
    campaign or toll_free; `of` is the brand of a vetting."""
    arguments = {"what": what, "account": account.hex, "id": id.hex, "submission": submission}
    if of is not None:
        arguments["of"] = of.hex
    await enqueue(connection, JOB, arguments, after=after)


OnRegistered = Callable[[Connection, UUID, Standing], Awaitable[None]]
"""Told, in the transaction that makes it so, that a campaign is approved or that its brand has another score."""


async def tell_nobody(connection: Connection, account: UUID, standing: Standing) -> None:
    """For where no throughput hangs on a campaign."""


def register(
    jobs: Jobs,
    db: Database,
    *,
    registry: Registry,
    clock: Clock,
    on_registered: OnRegistered = tell_nobody,
) -> None:
    """Makes the review a one-off job."""
    reviewer = Reviewer(db, registry, clock, on_registered)

    async def review_registration(arguments: Arguments) -> None:
        """Asks the registry about a brand, a vetting, a campaign or a toll-free number, again and again until it has
        decided, and writes what it said."""
        await reviewer.review(arguments)

    jobs.register(JOB, review_registration)


@dataclass(frozen=True, slots=True)
class Reviewer:
    db: Database
    registry: Registry
    clock: Clock
    on_registered: OnRegistered = tell_nobody

    async def review(self, arguments: Arguments) -> None:
        """Asks once. What is not decided is asked again by a job of its own."""
        account, id = UUID(hex=arguments["account"]), UUID(hex=arguments["id"])
        submission = int(arguments["submission"])
        undecided: Undecided | None
        match arguments["what"]:
            case "brand":
                undecided = await self._brand(account, id, submission)
            case "vetting":
                undecided = await self._vetting(account, id, UUID(hex=arguments["of"]))
            case "identity":
                undecided = await self._identity(account, id)
            case "campaign":
                undecided = await self._campaign(account, id, submission)
            case "toll_free":
                undecided = await self._toll_free(account, id, submission)
            case unknown:
                raise ValueError(f"nothing called {unknown!r} is registered")
        if undecided is not None:
            async with self.db.transaction() as connection:
                await enqueue(connection, JOB, arguments, after=max(undecided.ask_again, SHORTEST_PAUSE))

    async def _brand(self, account: UUID, id: UUID, submission: int) -> Undecided | None:
        key = (account, id, submission)
        await self._run("take_up_brand", *key, before(BRAND_MOVES, BrandState.IN_REVIEW), self.clock())
        row = await self._one("brand", account, id)
        if row is None or row["submission"] != submission or row["status"] != BrandState.IN_REVIEW:
            return None
        now = self.clock()
        match await self.registry.brand(brand_of(row), now=now):
            case Undecided() as undecided:
                return undecided
            case BrandApproved() as found:
                await self._run(
                    "approve_brand",
                    *key,
                    before(BRAND_MOVES, BrandState.APPROVED),
                    now,
                    found.registry_id,
                    found.identity.value,
                    found.score,
                    found.russell_3000,
                    found.government,
                    found.tax_exempt_status,
                )
            case Rejected(reasons):
                states = before(BRAND_MOVES, BrandState.FAILED)
                await self._run("reject_brand", *key, states, now, _stored(reasons))
            case never:
                assert_never(never)
        return None

    async def _vetting(self, account: UUID, id: UUID, brand_id: UUID) -> Undecided | None:
        row, owner = (
            await self._one("vetting", account, brand_id, id),
            await self._one("brand", account, brand_id),
        )
        if row is None or owner is None or row["status"] != VettingState.IN_PROGRESS:
            return None
        now = self.clock()
        match await self.registry.vetting(vetting_of(row), brand_of(owner), now=now):
            case Undecided() as undecided:
                return undecided
            case BrandVetted(score):
                states = before(VETTING_MOVES, VettingState.ACTIVE)
                identities = before(IDENTITY_MOVES, IdentityState.VETTED_VERIFIED)
                values = (account, brand_id, id, states, identities, now, score)
                await self._run("pass_vetting", *values, campaigns_of=brand_id)
            case Rejected():
                states = before(VETTING_MOVES, VettingState.FAILED)
                await self._run("fail_vetting", account, brand_id, id, states, now)
            case never:
                assert_never(never)
        return None

    async def _identity(self, account: UUID, id: UUID) -> Undecided | None:
        row = await self._one("brand", account, id)
        if row is None or row["identity"] != IdentityState.UNVERIFIED:
            return None
        now = self.clock()
        match await self.registry.identity(brand_of(row), now=now):
            case Undecided() as undecided:
                return undecided
            case IdentityProved():
                states = before(IDENTITY_MOVES, IdentityState.VERIFIED)
                await self._run("identify_brand", account, id, states, now)
            case Rejected():
                return None
            case never:
                assert_never(never)
        return None

    async def _campaign(self, account: UUID, id: UUID, submission: int) -> Undecided | None:
        key = (account, id, submission)
        states = before(CAMPAIGN_MOVES, CampaignState.IN_PROGRESS)
        await self._run("take_up_campaign", *key, states, self.clock())
        row = await self._one("campaign", account, id)
        if row is None or row["submission"] != submission or row["status"] != CampaignState.IN_PROGRESS:
            return None
        campaign = campaign_of(row)
        owner = await self._one("brand", account, campaign.brand)
        assert owner is not None, "a brand with campaigns stays"
        async with self.db.connection() as connection:
            classes = await SQL.many(connection, "vetted_for", account, campaign.brand)
        vetted_for = frozenset(each["vetting_class"] for each in classes)
        now = self.clock()
        match await self.registry.campaign(campaign, brand_of(owner), vetted_for, now=now):
            case Undecided() as undecided:
                return undecided
            case CampaignApproved(registry_id):
                states = before(CAMPAIGN_MOVES, CampaignState.VERIFIED)
                values = (*key, states, now, registry_id)
                await self._run("approve_campaign", *values, campaigns_of=campaign.brand)
            case Rejected(reasons):
                states = before(CAMPAIGN_MOVES, CampaignState.FAILED)
                await self._run("reject_campaign", *key, states, now, _stored(reasons))
            case never:
                assert_never(never)
        return None

    async def _toll_free(self, account: UUID, id: UUID, submission: int) -> Undecided | None:
        key = (account, id, submission)
        states = before(TOLL_FREE_MOVES, TollFreeState.IN_REVIEW)
        await self._run("take_up_verification", *key, states, self.clock())
        row = await self._one("verification", account, id)
        if row is None or row["submission"] != submission or row["status"] != TollFreeState.IN_REVIEW:
            return None
        now = self.clock()
        match await self.registry.toll_free(verification_of(row), now=now):
            case Undecided() as undecided:
                return undecided
            case NumberApproved():
                states = before(TOLL_FREE_MOVES, TollFreeState.APPROVED)
                await self._run("approve_verification", *key, states, now)
            case Rejected(reasons):
                await self._reject_number(key, reasons, now)
            case never:
                assert_never(never)
        return None

    async def _reject_number(
        self, key: tuple[UUID, UUID, int], reasons: tuple[Reason, ...], now: Instant
    ) -> None:
        states = before(TOLL_FREE_MOVES, TollFreeState.REJECTED)
        mend = may_be_mended(reasons)
        until = now + EDIT_WINDOW if mend else None
        await self._run("reject_verification", *key, states, now, _stored(reasons), mend, until)

    async def _run(
        self, statement: str, account: UUID, *values: Any, campaigns_of: UUID | None = None
    ) -> None:
        """Move a state. `campaigns_of`: the brand whose approved campaigns are told of with it."""
        async with self.db.transaction() as connection:
            moved = await SQL.run(connection, statement, account, *values)
            if moved and campaigns_of is not None:
                for standing in await registered_campaigns(connection, account, campaigns_of):
                    await self.on_registered(connection, account, standing)

    async def _one(self, statement: str, *values: Any) -> Any:
        async with self.db.connection() as connection:
            return await SQL.one(connection, statement, *values)


def _stored(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    return [one.stored() for one in reasons]
