"""`tidings env`: the exports that point any Twilio application at this home, with no line of it changed."""

import json
import os
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tidings.cli.home import Home
from tidings.cli.options import HomeOption, chosen_home

LOOPBACK = "localhost,127.0.0.1,::1"
BUNDLES_IN_USE = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


class Shell(StrEnum):
    SH = "sh"
    FISH = "fish"
    JSON = "json"


def command(
    home: HomeOption = None,
    shell: Annotated[Shell, typer.Option(help="The form to print in.")] = Shell.SH,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --shell json.")] = False,
) -> None:
    """Use it as `eval "$(tidings env)"`, or in fish as `tidings env --shell fish | source`.

    Twilio's host names then lead to this home and to no other place; other hosts must be named in NO_PROXY.
    """
    chosen = chosen_home(home)
    facts = chosen.must_run()
    typer.echo(written(exports(chosen, facts, environ=os.environ), Shell.JSON if as_json else shell))


def exports(home: Home, facts: Mapping[str, Any], *, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables by name. The bundle holds what this environment trusted already, and the home's authority."""
    from tidings.web.authority import ensure_authority

    in_use = next((Path(environ[name]) for name in BUNDLES_IN_USE if environ.get(name)), None)
    if in_use is not None and (not in_use.is_file() or in_use.is_relative_to(home.authority)):
        in_use = None
    files = ensure_authority(home.authority, now=datetime.now(UTC), trusted_elsewhere=in_use)
    told = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    spared = [name for name in told.split(",") if name and name not in LOOPBACK.split(",")]
    proxy = facts["proxy_url"]
    return {
        "HTTPS_PROXY": proxy,
        "HTTP_PROXY": proxy,  # twilio-node reads this one for https
        "NO_PROXY": ",".join([LOOPBACK, *spared]),
        "REQUESTS_CA_BUNDLE": str(files.bundle),
        "NODE_EXTRA_CA_CERTS": str(files.ca),
        "TWILIO_ACCOUNT_SID": facts["account_sid"],
        "TWILIO_AUTH_TOKEN": facts["auth_token"],
    }


def written(variables: Mapping[str, str], shell: Shell) -> str:
    """The variables as the shell reads them."""
    match shell:
        case Shell.JSON:
            return json.dumps(dict(variables))
        case Shell.SH:
            return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
        case Shell.FISH:
            return "\n".join(f"set -gx {name} {_fish(value)}" for name, value in variables.items())


def _fish(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
