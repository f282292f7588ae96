# ruff: noqa: RUF009 - the fields are a table, and each row is a call
"""Every setting of a Tidings process, read once from the environment before anything listens.

The fields of `Config` are the table: name, type, unit, default and help stand on one line each, and
`docs/reference/configuration.md` and `tidings --help` are written from them.
"""

import base64
import dataclasses
import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit

from tidings.kernel.sid import Sid

PREFIX = "TIDINGS_"
KEY_BYTES = 32


class QueueProfile(StrEnum):
    """How long a sender's queue may grow: Twilio's present limit, or the older one of its guide."""

    TWILIO = "twilio"
    GUIDE = "guide"


class LogLevel(StrEnum):
    """The least serious kind of line that is still written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """Lines for machines, or for a terminal."""

    JSON = "json"
    CONSOLE = "console"


class Registration(StrEnum):
    """Whether carriers' registrations decide what may be sent."""

    ENFORCE = "enforce"
    OFF = "off"


QUEUE_LIMIT_SECONDS: Mapping[QueueProfile, int] = {QueueProfile.TWILIO: 36_000, QueueProfile.GUIDE: 14_400}


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """One setting that cannot be used: which, why, and how to mend it."""

    variable: str
    reason: str
    help: str

    def __str__(self) -> str:
        return f"{self.variable}: {self.reason}\n    {self.help}"


class ConfigFaults(Exception):  # noqa: N818 - it names what it holds
    """All the faults of an environment at once, so that they are mended in one go."""

    def __init__(self, faults: list[ConfigFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class _Unreadable(Exception):  # noqa: N818 - it names the value
    """A value that its parser cannot take; the text says what would be taken."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A row of the table: how a field of Config is named, written and explained outside."""

    name: str
    field: str
    type: str
    unit: str
    default: str
    help: str
    secret: bool
    parse: Callable[[str], Any]


def _text(value: str) -> str:
    return value


def _account(value: str) -> Sid:
    sid = Sid.parse(value, "AC")
    if sid is None:
        raise _Unreadable("no SID of an account, which is AC and 32 hexadecimal digits")
    return sid


def _key(value: str) -> str:
    try:
        key = base64.b64decode(value.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise _Unreadable(f"not {KEY_BYTES} bytes in base64")
    return value


def _path(value: str) -> Path:
    return Path(value).expanduser()


def _switch(value: str) -> bool:
    known = {
        "true": True,
        "1": True,
        "yes": True,
        "on": True,
        "false": False,
        "0": False,
        "no": False,
        "off": False,
    }
    if value.lower() not in known:
        raise _Unreadable("neither true nor false")
    return known[value.lower()]


def _whole(*, least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            raise _Unreadable("not a whole number") from None
        if not least <= number <= most:
            raise _Unreadable(f"not between {least:,} and {most:,}")
        return number

    return parse


def _number(*, least: float, most: float) -> Callable[[str], float]:
    def parse(value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            raise _Unreadable("not a number") from None
        if not least <= number <= most:
            raise _Unreadable(f"not between {least:g} and {most:g}")
        return number

    return parse


def _choice(kind: type[StrEnum]) -> Callable[[str], StrEnum]:
    def parse(value: str) -> StrEnum:
        try:
            return kind(value.lower())
        except ValueError:
            raise _Unreadable("not one of " + ", ".join(kind)) from None

    return parse


def _url(*schemes: str, bare: bool = False) -> Callable[[str], str]:
    def parse(value: str) -> str:
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError:
            raise _Unreadable("not a URL") from None
        if parts.scheme not in schemes:
            raise _Unreadable("does not begin with " + " or ".join(f"{scheme}://" for scheme in schemes))
        if bare:
            _refuse_path(parts)
            return value.rstrip("/")
        return value

    return parse


def _refuse_path(parts: SplitResult) -> None:
    if not parts.hostname or parts.path.rstrip("/") or parts.query or parts.fragment or parts.username:
        raise _Unreadable("more or less than scheme, host and port")


def _set(
    help: str,
    parse: Callable[[str], Any],
    default: str | None = None,
    *,
    type: str = "text",
    unit: str = "",
    secret: bool = False,
) -> Any:
    """A field of Config with its row of the table. `default` is written as an operator would write it."""
    row = {"help": help, "parse": parse, "default": default, "type": type, "unit": unit, "secret": secret}
    value = None if default is None else parse(default)
    return dataclasses.field(default=value, metadata=row, repr=not secret)


_PORT = _whole(least=0, most=65_535)


def _address(value: str) -> tuple[str, int]:
    """A host's address and a port: `0.0.0.0:443`, `[::]:443`."""
    host, _, port = value.rpartition(":")
    if not host:
        raise _Unreadable("no address and port, as in 0.0.0.0:443")
    return host.removeprefix("[").removesuffix("]"), _PORT(port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one process. None means not set; what follows from that is in the help."""

    # Where things are
    home: Path | None = _set(
        "Folder of data, keys and logs. `tidings up` uses ~/.local/share/tidings when it is not set.",
        _path,
        type="path",
    )
    database_url: str | None = _set(
        "PostgreSQL 15 or newer to use instead of the embedded one; it may list several hosts.",
        _url("postgresql", "postgres"),
        type="URL",
        secret=True,
    )
    database_connections: int = _set(
        "Most connections that one process opens to PostgreSQL.",
        _whole(least=2, most=500),
        "8",
        type="number",
        unit="connections",
    )
    pg_bin: Path | None = _set(
        "Folder of the initdb and postgres to run instead of those installed with Tidings.",
        _path,
        type="path",
    )
    pg_user: str | None = _set(
        "User that the embedded PostgreSQL runs as when Tidings runs as root; nobody when not set.",
        _text,
    )

    # Doors
    host: str = _set("Address that the web role listens on.", _text, "127.0.0.1", type="address")
    port: int = _set("Port of the web role; 0 finds a free one.", _PORT, "0", type="port")
    public_url: str | None = _set(
        "Scheme, host and port to name in answers, and to carriers that call us; those by which the caller came "
        "when not set.",
        _url("http", "https", bare=True),
        type="URL",
    )
    trusted_proxies: str = _set(
        "Reverse proxies whose X-Forwarded-For and -Proto are believed, separated by commas.",
        _text,
        "127.0.0.1",
        type="addresses",
    )
    proxy_port: int = _set(
        "Port of the proxy that takes Twilio's host names to this home; 0 finds a free one.",
        _PORT,
        "0",
        type="port",
    )
    tls_port: int = _set(
        "Port on loopback where the web role plays Twilio's hosts to that proxy; 0 finds a free one.",
        _PORT,
        "0",
        type="port",
    )
    health_port: int | None = _set(
        "Port on loopback where a dispatch or work role that runs by itself answers /healthz and /metrics.",
        _PORT,
        type="port",
    )
    body_limit_bytes: int = _set(
        "Largest request body; a larger one is cut off with 413.",
        _whole(least=16_384, most=1 << 30),
        "262144",
        type="number",
        unit="bytes",
    )
    request_timeout_seconds: float = _set(
        "A client that has not sent its whole request by then is cut off.",
        _number(least=1, most=600),
        "10",
        type="number",
        unit="seconds",
    )
    account_concurrency: int = _set(
        "Requests of one account under way in one web process; more are answered 429, code 20429.",
        _whole(least=1, most=100_000),
        "500",
        type="number",
        unit="requests",
    )

    # Secrets
    secret_key: str | None = _set(
        "Key that seals stored tokens and passwords: 32 bytes in base64. Keep it as safe as the database.",
        _key,
        secret=True,
    )
    secret_key_file: Path | None = _set("File that holds the key instead.", _path, type="path")

    # Messages and their lanes
    queue_profile: QueueProfile = _set(
        "How much a sender may have waiting: twilio (36,000 s of its MPS) or guide (14,400 s).",
        _choice(QueueProfile),
        "twilio",
        type="twilio or guide",
    )
    most_scheduled: int = _set(
        "Messages of one account that may wait for their SendAt at a time; one more is refused with 35125.",
        _whole(least=1, most=1_000_000_000),
        "500000",
        type="number",
        unit="messages",
    )
    lease_seconds: float = _set(
        "How long a dispatcher owns its lanes without renewing; another takes over that long after a crash.",
        _number(least=2, most=300),
        "10",
        type="number",
        unit="seconds",
    )
    retention_days: int = _set(
        "Messages and their history older than this are taken away, a day's partition at a time.",
        _whole(least=2, most=36_500),
        "400",
        type="number",
        unit="days",
    )

    # Registration with carriers
    registration: Registration = _set(
        "enforce: US long codes without an approved campaign and unverified toll-free numbers are blocked (30034, "
        "30032), as carriers do. off: they are not looked at.",
        _choice(Registration),
        "enforce",
        type="enforce or off",
    )
    registry_delay_seconds: float = _set(
        "How long the embedded registry takes to decide about a brand, a campaign or a toll-free number.",
        _number(least=0, most=2_592_000),
        "5",
        type="number",
        unit="seconds",
    )

    # Carrier
    carrier_url: str | None = _set(
        "SMPP carrier: smpp://system_id:password@host:port, or smpps://, with further settings in its query "
        "(docs/how-to/connect-a-carrier.md), while `tidings carriers` has none. `up` names its simulator.",
        _url("smpp", "smpps"),
        type="URL",
        secret=True,
    )
    carrier_mps: float | None = _set(
        "Segments a second that one dispatcher may hand to its carrier, all senders together; no limit of its "
        "own when not set.",
        _number(least=0.01, most=100_000),
        type="number",
        unit="segments a second",
    )
    carrier_binds: int = _set(
        "Sessions that a dispatcher opens to the carrier.",
        _whole(least=1, most=64),
        "1",
        type="number",
        unit="sessions",
    )
    carrier_window: int = _set(
        "Submits of one session that may be unanswered at a time.",
        _whole(least=1, most=10_000),
        "200",
        type="number",
        unit="messages",
    )
    carrier_timeout_seconds: float = _set(
        "A submit not answered by then is in doubt, and its session is renewed.",
        _number(least=0.5, most=600),
        "10",
        type="number",
        unit="seconds",
    )

    stock_url: str | None = _set(
        "A carrier's stock of numbers to order from (docs/reference/number-stock.md). `up` names its simulator's.",
        _url("http", "https"),
        type="URL",
    )

    # Short links
    certificate_issuer: str | None = _set(
        "A connector to an ACME client, from which managed certificates of brand domains are got "
        "(docs/how-to/short-links.md). Without it they are uploaded.",
        _url("http", "https"),
        type="URL",
    )
    acme_directory: str | None = _set(
        "Directory of an ACME server that gives managed certificates of brand domains; naming it agrees to its terms.",
        _url("http", "https"),
        type="URL",
    )
    acme_contact: str | None = _set("E-mail address that the ACME server is told.", _text, type="address")
    links_archive: Path | None = _set(
        "Folder into which months of short links are written as Parquet before they are taken out of the database.",
        _path,
        type="path",
    )
    links_tls: tuple[str, int] | None = _set(
        "Where the web role ends TLS for brand domains, each with its own certificate: 0.0.0.0:443, say.",
        _address,
        type="address",
    )
    links_host: str | None = _set(
        "The host name to which the DNS records of brand domains shall lead; ValidateDns compares with its addresses.",
        _text,
        type="host",
    )

    # Callbacks
    callbacks_allow_private: bool = _set(
        "Whether callbacks may reach loopback and private addresses. A home with a simulator sets it.",
        _switch,
        "false",
        type="true or false",
    )
    callback_timeout_seconds: float = _set(
        "A callback not answered by then has failed, and is tried again as its address says.",
        _number(least=0.1, most=60),
        "15",
        type="number",
        unit="seconds",
    )
    callback_concurrency: int = _set(
        "Callbacks that one work process may have under way.",
        _whole(least=1, most=10_000),
        "200",
        type="number",
        unit="requests",
    )

    # Rules
    operator_account: Sid | None = _set(
        "SID of the account whose auth token may change by API what holds for all accounts, such as rule packs. "
        "In a home of `tidings up` the demo account when not set, elsewhere nobody.",
        _account,
        type="SID",
    )

    # Number facts
    lookup_providers: Path | None = _set(
        "YAML file of providers that lookups ask for what Tidings does not know itself; nobody is asked when not set.",
        _path,
        type="path",
    )

    # Letters
    smtp_url: str | None = _set(
        "SMTP server for letters about changed rules and for codes by e-mail: smtp://user:password@host:587 with "
        "STARTTLS unless ?starttls=no, or smtps://. Nobody is told, and no code goes by e-mail, when not set.",
        _url("smtp", "smtps"),
        type="URL",
        secret=True,
    )
    smtp_from: str = _set("Address that these letters come from.", _text, "tidings@localhost", type="address")

    # Calls
    voice_url: str | None = _set(
        "Where calls with codes are placed, as Twilio's Calls API has it: "
        "https://user:password@host/2010-04-01/Accounts/{Sid}/Calls.json. No code goes by voice when not set; `up` "
        "names its simulator's.",
        _url("http", "https"),
        type="URL",
        secret=True,
    )
    voice_from: str | None = _set("Number from which these calls come.", _text, type="number")

    # The simulator
    simulator_host: str = _set("Address of the simulator's SMPP port.", _text, "127.0.0.1", type="address")
    simulator_port: int = _set("SMPP port of the simulator; 0 finds a free one.", _PORT, "0", type="port")
    simulator_control_port: int = _set(
        "Port on loopback of the simulator's control API; 0 finds a free one.",
        _PORT,
        "0",
        type="port",
    )
    simulator_system_id: str = _set(
        "Name by which carriers' clients bind to the simulator.", _text, "tidings"
    )
    simulator_password: str = _set(
        "Password by which they bind; a simulator holds nothing worth a better one.",
        _text,
        "tidings",
        secret=True,
    )
    simulator_personality: Path | None = _set(
        "YAML file with the rates at which the simulator delays, loses, filters and rejects.",
        _path,
        type="path",
    )
    simulator_seed: int = _set(
        "Seed of everything that the simulator draws by lot.",
        _whole(least=0, most=(1 << 63) - 1),
        "1",
        type="number",
    )

    # Log
    log_level: LogLevel = _set(
        "Least serious line that is written.", _choice(LogLevel), "info", type="debug, info, warning or error"
    )
    log_format: LogFormat = _set(
        "json, a line an event; or console, for reading.", _choice(LogFormat), "json", type="json or console"
    )

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Self:
        """Read the TIDINGS_ variables; an empty one counts as not set.

        Raises ConfigFaults with everything that is wrong, unknown TIDINGS_ variables included.
        """
        faults: list[ConfigFault] = []
        values: dict[str, Any] = {}
        known = {variable.name: variable for variable in variables()}
        for name, value in sorted(environ.items()):
            if not name.startswith(PREFIX) or value == "":
                continue
            if name not in known:
                faults.append(_unknown(name, known))
                continue
            try:
                values[known[name].field] = known[name].parse(value)
            except _Unreadable as unreadable:
                shown = "its value is" if known[name].secret else f"{value!r} is"
                faults.append(ConfigFault(name, f"{shown} {unreadable}.", known[name].help))
        if values.get("secret_key") and values.get("secret_key_file"):
            faults.append(
                ConfigFault(
                    "TIDINGS_SECRET_KEY", "set beside TIDINGS_SECRET_KEY_FILE.", "Keep the one that is meant."
                )
            )
        if faults:
            raise ConfigFaults(faults)
        return cls(**values)

    def environ(self) -> dict[str, str]:
        """The variables that give this Config again in a child; fields at their default are left out."""
        written = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not None and value != field.default:
                written[_name(field.name)] = str(value).lower() if isinstance(value, bool) else str(value)
        return written

    @property
    def queue_limit_seconds(self) -> int:
        """Seconds of its MPS that a sender may have waiting."""
        return QUEUE_LIMIT_SECONDS[self.queue_profile]


def variables() -> Iterator[Variable]:
    """The table of all settings, in the order of the reference page."""
    for field in dataclasses.fields(Config):
        row = field.metadata
        yield Variable(
            name=_name(field.name),
            field=field.name,
            type=row["type"],
            unit=row["unit"],
            default=row["default"] or "",
            help=row["help"],
            secret=row["secret"],
            parse=row["parse"],
        )


def _name(field: str) -> str:
    return PREFIX + field.upper()


def _unknown(name: str, known: Mapping[str, Variable]) -> ConfigFault:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    meant = (
        f"Did you mean {near[0]}? {known[near[0]].help}"
        if near
        else "docs/reference/configuration.md lists all."
    )
    return ConfigFault(name, "there is no such setting.", meant)
