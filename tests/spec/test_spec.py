"""Every case of the goldens, against the real API and a database."""

import os
import secrets
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

import pytest
from tests.api_home import ApiHome, Reply, api_home, now
from tests.messages.stored import store_message, tell
from tests.senders.registration.deciding import decide
from tests.simulated_stock import simulated_stock
from tests.spec.cases import cases_of, files, filled, generic, request_of, rewrite

from tidings.accounts import Opened
from tidings.kernel.sid import Sid
from tidings.monitor import Alert, Exchange, raise_alerts
from tidings.runtime.database import Database
from tidings.senders import senders_of

REWRITE = os.environ.get("REWRITE_GOLDENS") == "1"


class Stage:
    """Two accounts, their senders, and the names that a case gives to things."""

    @classmethod
    async def set(cls, home: ApiHome, *, number: int) -> Self:
        """Cases share a database, so each has accounts and addresses of its own."""
        ours, theirs = await home.open_account("Ours"), await home.open_account("Theirs")
        stage = cls(home, ours, theirs, number)
        await home.give_sender(ours, stage.names["SHOP"], mps=100)
        await home.give_sender(ours, stage.names["CODE"])
        await home.give_sender(theirs, stage.names["THEIRS"])
        await home.give_sender(ours, stage.names["FREE"])
        async with home.db.connection() as connection:
            owned = {
                one.address: one.id
                for opened in (ours, theirs)
                for one in await senders_of(connection, opened.account.id)
            }
        for name, prefix in (("SHOP", "PN"), ("CODE", "SC"), ("THEIRS", "PN"), ("FREE", "PN")):
            stage.names[f"{name}_SID"] = str(Sid(prefix, owned[stage.names[name]]))
        return stage

    def __init__(self, home: ApiHome, ours: Opened, theirs: Opened, number: int) -> None:
        self._home = home
        self._accounts = {"A": ours, "B": theirs, "nobody": None}
        self._ours = ours
        self.names = {
            "A": ours.sid,
            "B": theirs.sid,
            "SHOP": f"+1415555{2000 + number}",
            "THEIRS": f"+1415555{4000 + number}",
            "CODE": str(60_000 + number),
            "FREE": f"+1888555{2000 + number}",
            "TOKEN": ours.auth_token,
            "HOME": home.base_url,
        }

    async def send(self, send: dict[str, Any]) -> Reply:
        send = filled(send, self.names)
        method, path = request_of(send)
        form = send.get("form")
        pairs = [tuple(pair) for pair in form] if isinstance(form, list) else form
        caller = self._accounts[send.get("as", "A")]
        return await self._home.ask(method, path, as_=caller, form=pairs, json=send.get("json"))

    async def prepare(self, step: dict[str, Any]) -> None:
        match step:
            case {"send": send}:
                reply = await self.send(send)
                assert reply.status < 300, reply.text
                self.names |= {name: reply.body[field] for name, field in step.get("save", {}).items()}
            case {"store": store}:
                columns = {
                    key: value for key, value in store.items() if key not in ("save", "facts", "as", "age")
                }
                account = self._accounts[store.get("as", "A")]
                assert account is not None
                at = now() - timedelta(seconds=store.get("age", 60))
                facts = store.get("facts", ["message.queued"])
                columns.setdefault("sender", self.names["SHOP"])
                id = await store_message(self._home.db, account.account.id, at=at, facts=facts, **columns)
                self.names[store["save"]] = str(Sid("SM", id))
            case {"alert": alert}:
                self.names[alert["save"]] = await self._alert(alert)
            case {"fact": fact}:
                sid = Sid.parse(self.names[fact["of"]])
                assert sid is not None
                await tell(
                    self._home.db,
                    self._ours.account.id,
                    sid.uuid,
                    fact["kind"],
                    at=now(),
                    code=fact.get("code"),
                )
            case {"decide": what}:
                of = self.names[step["for"]] if "for" in step else None
                await decide(self._home.db, what, self._ours.account.id, self.names[step["about"]], of=of)
            case _:
                raise AssertionError(f"a step that is not understood: {step}")

    async def _alert(self, alert: dict[str, Any]) -> str:
        """The SID of a new alert of account A."""
        account = self._ours.account.id
        given = {key: value for key, value in filled(alert, self.names).items() if key != "save"}
        if "exchange" in given:
            given["exchange"] = Exchange(**given["exchange"])
        async with self._home.db.transaction() as connection:
            new = [Alert(account, **given)]
            await raise_alerts(connection, new, now=now(), entropy=secrets.token_bytes)
            id = await connection.fetchval("select max(id::text) from alerts where account = $1", account)
        return str(Sid("NO", UUID(id)))

    def seen(self, reply: Reply) -> dict[str, Any]:
        body = reply.body
        names = dict(self.names)
        if isinstance(body, dict) and isinstance(body.get("sid"), str) and body["sid"] not in names.values():
            names["NEW"] = body["sid"]
        if isinstance(body, dict) and body.get("brand_vetting_sid", "") not in ("", *names.values()):
            names["NEW"] = body["brand_vetting_sid"]
        for key in ("tcr_id", "campaign_id"):
            if isinstance(body, dict) and body.get(key):
                names["REGISTERED"] = body[key]
        for key in ("secret", "secondary_auth_token"):
            if isinstance(body, dict) and body.get(key):
                names["SECRET"] = body[key]
        if isinstance(body, dict):
            sent = body.get("send_code_attempts", [])
            names |= {f"ATTEMPT_{n}": one["attempt_sid"] for n, one in enumerate(sent, start=1)}
        return {"status": reply.status, "body": generic(body, names)}

    async def stored(self) -> dict[str, Any]:
        async with self._home.db.connection() as connection:
            account = self._ours.account.id
            return {
                "messages": await connection.fetchval(
                    "select count(*) from messages where account = $1", account
                ),
                "facts": [
                    row["kind"]
                    for row in await connection.fetch(
                        "select kind from facts where account = $1 order by seq", account
                    )
                ],
            }


@pytest.mark.parametrize("file", [file.stem for file in files()])
async def test_the_api_answers_as_it_did(db: Database, file: str) -> None:
    different = []
    async with simulated_stock() as stock, api_home(db, stock=stock) as home:
        for case in cases_of(file):
            stage = await Stage.set(home, number=case.number)
            for step in case.data.get("given", []):
                await stage.prepare(step)
            reply = stage.seen(await stage.send(case.data["send"]))
            stored = await stage.stored()
            if REWRITE:
                rewrite(case, reply, stored)
                continue
            expected, then = case.data["reply"], case.data.get("then", {})
            if reply != expected or any(stored[key] != then[key] for key in then):
                different.append(
                    {"it": case.data["it"], "reply": reply, "expected": expected, "then": stored}
                )
    assert different == []
