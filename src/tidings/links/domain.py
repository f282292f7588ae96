"""A brand's domain as a value, and which names can be one. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit
from uuid import UUID

import idna
import msgspec

from tidings.kernel.instant import Instant
from tidings.links.parameters import Parameters, parse_parameters

_NAME = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.ASCII
)


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """A domain that an account's short links stand on. `config` None: the account has chosen nothing for it yet."""

    id: UUID
    account: UUID
    name: str
    created_at: Instant
    config: UUID | None = None
    config_created_at: Instant | None = None
    config_updated_at: Instant | None = None
    fallback_url: str | None = None
    """Where who asks for what is no link, or none any more, is sent."""
    callback_url: str | None = None
    continue_on_failure: bool = False
    """Whether a message whose links cannot be shortened is sent with the long ones."""
    disable_https: bool = False
    base_url: str | None = None
    """What stands before a code where it is not the name alone: that of a home's own address, which serves other
    paths too."""

    brand: str | None = None
    """What the brand is called, for people who follow what is no link any more."""
    language: str = "en"
    home_url: str | None = None
    parameters: str = ""
    """What is added to the query of every destination (`parameters.py`)."""
    parameter_hosts: Sequence[str] = ()
    """To these hosts alone it is, if any are named."""
    blocked: frozenset[str] = frozenset()
    """Hosts that its links may not lead to; known where links are shortened."""

    @property
    def added(self) -> Parameters:
        """The same as values."""
        return _added(self.parameters, tuple(self.parameter_hosts))

    @property
    def path(self) -> str:
        """Under which codes are followed; everything else there is none of ours, unless it is the root."""
        return "/" if self.base_url is None else _path(self.base_url)

    @property
    def base(self) -> str:
        """What stands before a code in a text. Without https a link has no scheme at all, as Twilio writes it."""
        if self.base_url is not None:
            return self.base_url
        return f"{self.name}/" if self.disable_https else f"https://{self.name}/"


@lru_cache(maxsize=1024)
def _added(text: str, hosts: tuple[str, ...]) -> Parameters:
    pairs = parse_parameters(text) if text else ()
    return Parameters() if isinstance(pairs, str) else Parameters(pairs, hosts)


@lru_cache(maxsize=1024)
def _path(url: str) -> str:
    return urlsplit(url).path


def parse_name(text: str) -> str | None:
    """The ASCII name of a domain, in small letters; None for what is no name with at least one dot."""
    name = text.strip().rstrip(".").lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError:
            return None
    return name if _NAME.fullmatch(name) else None
