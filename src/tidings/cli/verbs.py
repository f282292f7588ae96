"""The table of all commands. A module is imported only when its verb is used, so that help comes at once.

A verb's module has `command`, a function with typer's annotations; or `app`, a typer.Typer of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from inspect import cleandoc
from typing import Annotated, Any

import typer

from tidings import __version__


@dataclass(frozen=True, slots=True)
class Verb:
    module: str
    help: str
    group: bool = False
    function: str = "command"


VERBS: Mapping[str, Verb] = {
    "up": Verb(
        "tidings.cli.up", "Run everything: PostgreSQL, the API, delivery, callbacks, a simulated carrier."
    ),
    "demo": Verb(
        "tidings.cli.demo.run",
        "Send 5,000 messages through a throw-away home and report what became of them.",
    ),
    "send": Verb("tidings.cli.send", "Send one message through the running home's API, and follow it."),
    "env": Verb("tidings.cli.env", "Print what makes existing Twilio code use the running home."),
    "doctor": Verb("tidings.cli.doctor", "Check a home, running or not, and say how to mend what is wrong."),
    "web": Verb("tidings.cli.roles", "Run the web role alone, against TIDINGS_DATABASE_URL.", function="web"),
    "dispatch": Verb(
        "tidings.cli.roles", "Run the dispatch role alone, against TIDINGS_DATABASE_URL.", function="dispatch"
    ),
    "work": Verb(
        "tidings.cli.roles", "Run the work role alone, against TIDINGS_DATABASE_URL.", function="work"
    ),
    "simulator": Verb("tidings.cli.roles", "Run the simulated carrier alone.", function="simulator"),
    "plan": Verb("tidings.cli.plan", "Reckon what a sender's throughput allows: capacity, time, overflow."),
    "launch-plan": Verb(
        "tidings.cli.launch_plan",
        "Say what a country wants of a sender first, how long it takes, and what can be sent meanwhile.",
    ),
    "segments": Verb("tidings.cli.segments", "Count the segments of a text, and say what they cost."),
    "lint": Verb(
        "tidings.cli.lint", "Say what carriers and countries would hold against a text, before it is sent."
    ),
    "drift": Verb(
        "tidings.cli.drift", "Say how far 10DLC campaigns stray from what was registered for them."
    ),
    "snowshoe": Verb(
        "tidings.cli.snowshoe", "Say whether a wording of what was sent is spread thin over many senders."
    ),
    "why": Verb(
        "tidings.cli.why", "Tell the whole path of one message: why it left, waits or did not leave."
    ),
    "quiet-hours": Verb(
        "tidings.cli.quiet_hours",
        "When a person may be written to and why; how many of a list may be now.",
        group=True,
    ),
    "profiles": Verb(
        "tidings.cli.profiles",
        "What is known of where recipients are, and the hours that they asked for.",
        group=True,
    ),
    "lanes": Verb("tidings.cli.lanes", "Look at lanes, change their MPS, pause and resume them.", group=True),
    "webhooks": Verb(
        "tidings.cli.webhooks", "List how status callbacks ended, and send them again.", group=True
    ),
    "opt-outs": Verb(
        "tidings.cli.opt_outs",
        "Who does not want messages: list, add, lift, decide, import, export.",
        group=True,
    ),
    "lookup": Verb(
        "tidings.cli.lookup", "What is known of a number, and by whom; import porting data.", group=True
    ),
    "scrub": Verb(
        "tidings.cli.scrub",
        "Make a list of contacts fit to be written to: repair, find duplicates, take out what cannot get texts.",
    ),
    "suppressions": Verb(
        "tidings.cli.suppressions",
        "Numbers that nothing is sent to, since carriers said why: list, lift, rules, set.",
        group=True,
    ),
    "verify": Verb(
        "tidings.cli.verify",
        "One-time codes: services, how their codes fare, what the fraud guard stopped.",
        group=True,
    ),
    "domains": Verb(
        "tidings.cli.domains", "The domains that short links stand on: add, list, show.", group=True
    ),
    "links": Verb(
        "tidings.cli.links",
        "Who followed short links: clicks on a message, rates by what you like.",
        group=True,
    ),
    "packs": Verb("tidings.cli.packs", "Rule packs: look at them, check, install, compare, use.", group=True),
    "advisories": Verb(
        "tidings.cli.advisories", "Rules that change, what they touch, and who is told.", group=True
    ),
    "replay": Verb(
        "tidings.cli.replay", "Say what would have become of past messages under another pack, cap or lane."
    ),
    "gate": Verb(
        "tidings.cli.gate",
        "How strictly messages are judged: quiet hours, your own window, linter, consent.",
        group=True,
    ),
    "caps": Verb(
        "tidings.cli.caps",
        "How often people may be written to: look, set, see how one person stands.",
        group=True,
    ),
    "geo": Verb(
        "tidings.cli.geo", "The countries that an account may write to: list, allow, deny.", group=True
    ),
    "consent": Verb(
        "tidings.cli.consents",
        "Who agreed to what: enter, show, import, and check the ledger that proves it.",
        group=True,
    ),
    "proof": Verb(
        "tidings.cli.proof", "Write all that proves what was done with one person, or verify such an archive."
    ),
    "accounts": Verb("tidings.cli.accounts", "Open accounts, rotate their tokens.", group=True),
    "senders": Verb("tidings.cli.senders", "Give accounts numbers, short codes and sender ids.", group=True),
    "services": Verb(
        "tidings.cli.pools", "Pool an account's senders in messaging services, and look at them.", group=True
    ),
    "carriers": Verb(
        "tidings.cli.carriers",
        "Write carriers down, look at them, drain them, take them in and out of use.",
        group=True,
    ),
    "routes": Verb("tidings.cli.routes", "Say which carriers messages may take, and see why.", group=True),
    "registrations": Verb(
        "tidings.cli.registrations",
        "Tell which senders are registered with carriers, and where the others are blocked.",
    ),
    "migrate": Verb("tidings.cli.migrate", "Bring a database to the schema of this release."),
    "bench": Verb("tidings.cli.bench", "Run the benchmarks of a checkout."),
}


def command_line(chosen: str | None) -> typer.Typer:
    """The command line with the chosen verb in full, and of all others what help shows. None: all in full."""
    line = typer.Typer(
        name="tidings",
        help="A messaging platform of your own: Twilio's API in front, your carrier behind.",
        epilog="Settings are TIDINGS_ variables: docs/reference/configuration.md. Exit codes: "
        "docs/reference/command-line.md.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    line.callback()(_version_option)
    for name, verb in VERBS.items():
        if chosen not in (None, name):
            line.command(name, help=verb.help)(_never_called)
            continue
        module = import_module(verb.module)
        if verb.group:
            line.add_typer(module.app, name=name, help=verb.help)
        else:
            function = getattr(module, verb.function)
            line.command(name, help=_long_help(verb, function))(function)
    return line


def _long_help(verb: Verb, command: Callable[..., Any]) -> str:
    more = cleandoc(command.__doc__ or "")
    return f"{verb.help}\n\n{more}" if more else verb.help


def _never_called() -> None:
    raise AssertionError("a verb that was not chosen has no body")


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"tidings {__version__}")
        raise typer.Exit


def _version_option(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Options of the program itself."""
