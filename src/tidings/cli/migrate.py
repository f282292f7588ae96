"""`tidings migrate`."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from tidings.cli.fault import Fault
from tidings.cli.options import HomeOption, JsonOption, database_of
from tidings.runtime.migrations import MigrationFault, migrate, pending


def command(
    home: HomeOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be applied, and apply nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Forward only, each step whole or not at all. `tidings up` does it by itself; processes of your own need it
    before they start. Without TIDINGS_DATABASE_URL it takes the database of the running home.
    """
    url = database_of(home)
    try:
        names = asyncio.run(pending(url) if dry_run else migrate(url, now=datetime.now(UTC)))
    except MigrationFault as fault:
        raise Fault(f"Nothing was changed: {fault}.", "The message says what to do.") from fault
    except OSError as error:
        raise Fault(f"The database does not answer: {error}.", "Check TIDINGS_DATABASE_URL.") from error
    if as_json:
        print(json.dumps({"pending" if dry_run else "applied": names}))
    else:
        verb = "would be applied" if dry_run else "applied"
        print("\n".join(f"{name} {verb}" for name in names) or "Nothing to do: the schema is this release's.")
