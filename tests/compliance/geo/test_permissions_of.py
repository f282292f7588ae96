"""What accounts say of countries is kept for good, and holds after a moment."""

from datetime import UTC, datetime
from uuid import uuid4

from tidings.compliance.geo import GeoPermissions
from tidings.compliance.geo.permissions_of import history, permit
from tidings.compliance.geo.rows import shipped
from tidings.runtime.database import Database

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def test_the_last_word_on_a_destination_holds(db: Database) -> None:
    shop, other, seconds, marked = uuid4(), uuid4(), [0.0], shipped()
    geo = GeoPermissions(db, monotonic=lambda: seconds[0], marked=lambda: marked)
    assert (await geo.find(shop)).allows("FR")
    async with db.transaction() as connection:
        for allowed, wanted in ((False, ["FR", "GB", "FR"]), (False, ["FR"]), (True, ["GB"]), (None, ["FR"])):
            await permit(connection, shop, wanted, allowed=allowed, reason="r", changed_by="ops", now=NOON)
        lines = await history(connection, shop, most=9)
        assert await history(connection, other, most=9) == []
    assert [(line.destination, line.allowed) for line in lines] == [
        ("FR", None),
        ("GB", True),
        ("GB", False),
        ("FR", False),
    ], "a word that changes nothing is not kept"
    assert geo.recall(shop) is not None
    seconds[0] = 5.1
    assert geo.recall(shop) is None
    assert set((await geo.find(shop)).by_destination) == {"GB"}
