"""What is registered is remembered for a moment, and no longer."""

from uuid import UUID

from tests.api_home import api_home
from tests.senders.registration.test_review import LONG_CODE, TOLL_FREE

from tidings.runtime.database import Database
from tidings.senders.registration import Registrations, registration_gate
from tidings.senders.registration.states import TollFreeState


async def verify(db: Database, address: str) -> None:
    async with db.connection() as connection:
        await connection.execute(
            "insert into toll_free_verifications"
            " (id, account, sender, said, status, submitted_at, created_at, updated_at)"
            " select gen_random_uuid(), account, id, '{}', 'TWILIO_APPROVED', now(), now(), now()"
            " from senders where address = $1",
            address,
        )


async def test_a_change_takes_effect_after_the_time_of_trust(db: Database) -> None:
    at = [0.0]
    registrations = Registrations(db, monotonic=lambda: at[0], trust_seconds=5.0)
    async with api_home(db) as home:
        shop = await home.open_account()
        await home.give_sender(shop, TOLL_FREE)
        account = shop.account.id
        assert registrations.recall(account, TOLL_FREE) is None
        assert (await registrations.standing(account, TOLL_FREE)).toll_free is None
        await verify(db, TOLL_FREE)
        at[0] = 4.9
        assert (await registrations.standing(account, TOLL_FREE)).toll_free is None
        at[0] = 5.1
        assert registrations.recall(account, TOLL_FREE) is None
        assert (await registrations.standing(account, TOLL_FREE)).toll_free is TollFreeState.APPROVED


async def test_a_sender_that_needs_no_registration_is_never_looked_up(db: Database) -> None:
    registrations = Registrations(db, monotonic=lambda: 0.0)
    await db.close()  # so that a look would fail
    account = UUID("1" * 32)
    for sender in ("55501", "Owl", "+447400123456", "+15005550006"):
        standing = await registrations.standing(account, sender)
        assert registration_gate(standing, destination="US") is None
        assert registrations.recall(account, sender) is standing


async def test_another_accounts_registration_is_not_ours(db: Database) -> None:
    registrations = Registrations(db, monotonic=lambda: 0.0)
    async with api_home(db) as home:
        ours, theirs = await home.open_account("Ours"), await home.open_account("Theirs")
        await home.give_sender(ours, TOLL_FREE)
        await verify(db, TOLL_FREE)
        standing = await registrations.standing(theirs.account.id, TOLL_FREE)
        assert standing.toll_free is None
        assert registration_gate(await registrations.standing(theirs.account.id, LONG_CODE), destination="US")
