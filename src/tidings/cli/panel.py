"""What `tidings up` shows once everything answers: addresses, credentials, and a line to try."""

import re
import sys
from collections.abc import Mapping
from typing import Any


def curl_line(facts: Mapping[str, Any]) -> str:
    """A message from the demo account's short code to a number that the simulator delivers to."""
    account = facts["account_sid"]
    url = f"{facts['base_url']}/2010-04-01/Accounts/{account}/Messages.json"
    return (
        f"curl -u {account}:{facts['auth_token']} {url}"
        " -d From=55501 -d To=+14155552671 --data-urlencode 'Body=Hello from Tidings'"
    )


def show_panel(facts: Mapping[str, Any], *, folder: str) -> None:
    """A panel on a terminal; plain lines anywhere else."""
    rows = _rows(facts, folder)
    if not sys.stdout.isatty():
        for label, value in rows:
            print(f"{label:<12}{value}")
        print(f"try         {curl_line(facts)}", flush=True)
        return
    from rich import print as show
    from rich.panel import Panel
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for label, value in rows:
        table.add_row(f"[dim]{label}[/dim]", value)
    show(Panel(table, title="Tidings is up", title_align="left", border_style="green", expand=False))
    print(f"Try:\n{curl_line(facts)}\n\nCtrl-C ends it.", flush=True)


def _rows(facts: Mapping[str, Any], folder: str) -> list[tuple[str, str]]:
    simulator = facts["simulator"]
    rows = [
        ("API", facts["base_url"]),
        ("account", str(facts["account_sid"])),
        ("token", str(facts["auth_token"])),
        ("proxy", f"{facts['proxy_url']}  (tidings env)"),
    ]
    if facts["console"]:
        rows.insert(1, ("console", facts["console"]["url"]))
    if simulator:
        rows.append(("simulator", f"{simulator['control_url']}  SMPP port {simulator['smpp_port']}"))
    rows += [("database", _without_password(facts["database_url"])), ("home", folder)]
    return rows


def _without_password(url: str) -> str:
    return re.sub(r"(?<=://)([^:@/]*):[^@/]*@", r"\1:...@", url)
