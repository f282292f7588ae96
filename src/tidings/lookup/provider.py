"""Asking a provider over HTTP; one that does not answer is left alone for a while, so that others need not wait."""

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import msgspec

from tidings.kernel.instant import Instant
from tidings.lookup.declared import Declared, parse_providers, values_of
from tidings.lookup.lookups import Told, Unavailable
from tidings.lookup.number import Read
from tidings.runtime.http import Answered, HttpClient, Patience

LEFT_ALONE_SECONDS = 30.0
_NOT_FOUND = 404


class HttpProvider:
    """A provider that a file declares. `monotonic` is a clock in seconds."""

    def __init__(self, declared: Declared, http: HttpClient, *, monotonic: Callable[[], float]) -> None:
        self.name = declared.name
        self._declared = declared
        self._http = http
        self._monotonic = monotonic
        self._dead_until = 0.0
        self._why = ""

    def knows(self, package: str, country: str | None) -> bool:
        where = self._declared.countries
        return package in self._declared.packages and (not where or country in where)

    async def ask(
        self, number: Read, packages: Sequence[str], about: Mapping[str, str], *, now: Instant
    ) -> Mapping[str, Told] | Unavailable:
        if self._monotonic() < self._dead_until:
            return Unavailable(self._why)
        declared = self._declared
        url = declared.url.replace("{number}", quote(number.phone_number, safe=""))
        url = url.replace("{packages}", ",".join(packages))
        if about:
            url += ("&" if "?" in url else "?") + "&".join(
                f"{name}={quote(value, safe='')}" for name, value in about.items()
            )
        timeout = declared.timeout_seconds
        answer = await self._http.send(
            "GET",
            url,
            headers=self._headers(),
            patience=Patience(connect=timeout, read=timeout, total=timeout),
        )
        if not isinstance(answer, Answered):
            return self._leave_alone(answer.kind.value)
        if answer.status == _NOT_FOUND:
            return {}
        if answer.status != 200:
            return self._leave_alone(f"it answered {answer.status}")
        try:
            told = msgspec.json.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._leave_alone("its answer is no JSON")
        found: dict[str, Told] = {}
        for package in packages:
            values = values_of(declared, package, told)
            if values is not None:
                kept = declared.packages[package]
                until = now + timedelta(days=kept.keep_days) if kept.keep_days else None
                found[package] = Told(values, until, kept.cost)
        return found

    def _leave_alone(self, why: str) -> Unavailable:
        self._dead_until, self._why = self._monotonic() + LEFT_ALONE_SECONDS, why
        return Unavailable(why)

    def _headers(self) -> dict[str, str]:
        declared = self._declared
        headers = {"Accept": "application/json", **declared.headers}
        if declared.user is not None:
            secret = f"{declared.user}:{declared.password or ''}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(secret).decode()}"
        return headers


def providers_of(
    file: Path | None, http: HttpClient, *, environ: Mapping[str, str], monotonic: Callable[[], float]
) -> list[HttpProvider]:
    """Those that a file declares, in its order; none without a file. Raises BadProviders, or OSError."""
    if file is None:
        return []
    declared = parse_providers(file.read_text("utf-8"), environ=environ)
    return [HttpProvider(one, http, monotonic=monotonic) for one in declared]
