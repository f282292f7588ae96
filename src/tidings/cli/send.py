"""`tidings send`."""

import json
import time
from typing import Annotated, Any

import typer

from tidings.cli.fault import Exit, Fault
from tidings.cli.http_api import HttpApi
from tidings.cli.options import HomeOption, JsonOption, chosen_home

FINAL = {"delivered", "undelivered", "failed", "canceled"}
LOOK_EVERY_SECONDS = 0.1


def command(
    to: Annotated[str, typer.Option("--to", help="Whom to send to, in E.164: +14155552671.")],
    body: Annotated[str, typer.Option("--body", help="The text.")],
    from_: Annotated[str, typer.Option("--from", help="One of the account's senders.")] = "55501",
    callback: Annotated[str | None, typer.Option(help="Where to tell each change of status.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Follow it until it is delivered, or is not.")] = False,
    within: Annotated[float, typer.Option(help="Longest time to wait, in seconds.", min=0.1)] = 60.0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prints the message's SID and status. With --wait it fails (5) unless the message is delivered in time."""
    api = HttpApi(chosen_home(home).must_run())
    message = api.send(To=to, From=from_, Body=body, StatusCallback=callback)
    if wait:
        _follow(api, message, within_seconds=within, as_json=as_json)
    else:
        _show(message, as_json=as_json)


def _follow(api: HttpApi, message: dict[str, Any], *, within_seconds: float, as_json: bool) -> None:
    deadline = time.monotonic() + within_seconds
    shown = ""
    while True:
        if message["status"] != shown and not as_json:
            shown = message["status"]
            _show(message, as_json=False)
        if message["status"] in FINAL or time.monotonic() > deadline:
            break
        time.sleep(LOOK_EVERY_SECONDS)
        message = api.message(message["sid"])
    if as_json:
        _show(message, as_json=True)
    if message["status"] != "delivered":
        raise Fault(
            f"{message['sid']} is {message['status']}, and not delivered.", _why(message), Exit.PROMISE_BROKEN
        )


def _show(message: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(message), flush=True)
    else:
        segments = message["num_segments"]
        print(
            f"{message['sid']}  {message['status']}  {segments} segment{'s' * (segments != '1')}", flush=True
        )


def _why(message: dict[str, Any]) -> str:
    if message["error_code"]:
        return f"The carrier's answer means {message['error_code']}: {message['error_message']}"
    return "It goes on without you; ask for it again with its SID, or wait longer with --within."
