"""`tidings accounts`, as an operator runs it."""

import base64
import json
from typing import Any

from tests.api_home import KEY, api_home
from tests.command import command

from tidings.runtime.database import Database


async def test_a_token_is_rotated_by_command_line(db: Database, db_url: str) -> None:
    environ = {"TIDINGS_DATABASE_URL": db_url, "TIDINGS_SECRET_KEY": base64.b64encode(KEY).decode()}
    async with api_home(db) as home:
        shop = await home.open_account()

        async def tidings(verb: str) -> tuple[int, Any]:
            done = await command("accounts", verb, "--account", shop.sid, "--json", environ=environ)
            return done.returncode, json.loads(done.stdout or done.stderr)

        assert (await tidings("promote-token"))[0] == 4
        _, made = await tidings("new-token")
        code, promoted = await tidings("promote-token")
        assert (code, promoted["auth_token"]) == (0, made["secondary_auth_token"])
        reply = await home.ask(
            "GET",
            f"/2010-04-01/Accounts/{shop.sid}.json",
            user=shop.sid,
            password=promoted["auth_token"],
        )
        assert (reply.status, reply.body["auth_token"]) == (200, promoted["auth_token"])
        code, refused = await tidings("drop-token")
        assert (code, "new-token" in refused["remedy"]) == (4, True)
