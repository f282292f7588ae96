"""Short links of the demo account, on the home's own address."""

from tidings.cli.demo_account import DEMO_NAME
from tidings.kernel.sid import Sid
from tidings.links.own_address import keep_own_address
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database


async def keep_demo_links(database_url: str, account_sid: str, address: str) -> None:
    """Lets the demo service shorten links on this address: host and port as a caller on this machine writes them."""
    account = Sid.parse(account_sid, "AC")
    assert account is not None
    db = await Database.connect(database_url, application_name="tidings up", largest=1)
    try:
        await keep_own_address(
            db, account.uuid, address, service=DEMO_NAME, clock=system_clock, entropy=system_entropy
        )
    finally:
        await db.close()
