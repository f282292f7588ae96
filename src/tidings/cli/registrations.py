"""`tidings registrations`: which senders are registered with carriers, and where the others are blocked."""

import json
import time
from typing import Any

from rich.console import Console
from rich.table import Table

from tidings.cli.account import AccountOption, account_of, with_database
from tidings.cli.options import HomeOption, JsonOption
from tidings.kernel.sid import Sid
from tidings.runtime.database import Database
from tidings.senders import senders_of
from tidings.senders.registration import Registrations, Standing, registration_gate
from tidings.senders.registration.brand import SID as BRAND_SID
from tidings.senders.registration.campaign import SID as CAMPAIGN_SID
from tidings.senders.registration.standing import Rule

DESTINATIONS = ("US", "CA")


def command(home: HomeOption = None, account: AccountOption = None, as_json: JsonOption = False) -> None:
    """All senders of the account that carriers want to know of: US long codes and toll-free numbers."""

    async def found(db: Database) -> dict[str, Standing]:
        owner = account_of(home, account)
        async with db.connection() as connection:
            addresses = [sender.address for sender in await senders_of(connection, owner)]
        return dict(await Registrations(db, monotonic=time.monotonic).standings(owner, addresses))

    told = [
        _told(sender, standing)
        for sender, standing in with_database(home, found).items()
        if standing.rule is not None
    ]
    if as_json:
        print(json.dumps(told))
    else:
        _show(told)


def _told(sender: str, standing: Standing) -> dict[str, Any]:
    codes = {country: registration_gate(standing, destination=country) for country in DESTINATIONS}
    by_campaign = standing.rule is Rule.TEN_DLC
    state = standing.campaign_state if by_campaign else standing.toll_free
    campaign, brand = (standing.campaign, standing.brand) if by_campaign else (None, None)
    return {
        "sender": sender,
        "rule": str(standing.rule),
        "state": None if state is None else state.value,
        "campaign": None if campaign is None else str(Sid(CAMPAIGN_SID, campaign)),
        "use_case": None if campaign is None else standing.use_case,
        "brand": None if brand is None else str(Sid(BRAND_SID, brand)),
        "trust_score": None if brand is None else standing.trust_score,
        "blocked": {country: code.number for country, code in codes.items() if code is not None},
    }


def _show(told: list[dict[str, Any]]) -> None:
    if not told:
        print("No sender that carriers want to know of.")
        return
    table = Table()
    for column in ("Sender", "Goes by", "State", "Campaign", "Score", "Blocked"):
        table.add_column(column, overflow="fold")
    for one in told:
        blocked = ", ".join(f"{country}: {code}" for country, code in one["blocked"].items())
        campaign = f"{one['campaign']} ({one['use_case']})" if one["campaign"] else ""
        score = "" if one["trust_score"] is None else str(one["trust_score"])
        table.add_row(
            one["sender"], one["rule"], one["state"] or "none", campaign, score, blocked or "nowhere"
        )
    Console(highlight=False).print(table)
