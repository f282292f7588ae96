"""The running home's API as a customer's program sees it: HTTP, a form, Basic credentials, JSON."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from tidings.cli.fault import Exit, Fault

TIMEOUT_SECONDS = 30.0
NOT_ADMITTED = 401


class HttpApi:
    """The home's account over its API. Blocking; loopback never goes through a proxy."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._base = facts["base_url"]
        self._account = facts["account_sid"]
        pair = f"{facts['account_sid']}:{facts['auth_token']}".encode()
        self._authorization = "Basic " + base64.b64encode(pair).decode()
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def send(self, **fields: str | None) -> dict[str, Any]:
        """Creates a message and returns the resource. Raises a Fault with the API's code when refused."""
        given = {name: value for name, value in fields.items() if value is not None}
        return self._ask("Messages.json", urlencode(given).encode())

    def message(self, sid: str) -> dict[str, Any]:
        return self._ask(f"Messages/{sid}.json", None)

    def _ask(self, path: str, form: bytes | None) -> dict[str, Any]:
        url = f"{self._base}/2010-04-01/Accounts/{self._account}/{path}"
        request = urllib.request.Request(url, form, {"Authorization": self._authorization})  # noqa: S310 - our own URL
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            raise _refusal(error) from error
        except OSError as error:
            raise Fault(
                f"The API at {self._base} does not answer: {error}.", "`tidings doctor` checks what runs."
            ) from error
        assert isinstance(told, dict)
        return told


def _refusal(error: urllib.error.HTTPError) -> Fault:
    try:
        told = json.load(error)
        if error.code == NOT_ADMITTED:
            return Fault(
                f"Refused with {told['code']}: {told['message']}",
                "The account's token was changed since the home started: start `tidings up` again, which reads it.",
                Exit.REFUSED,
            )
        return Fault(
            f"Refused with {told['code']}: {told['message']}", f"See {told['more_info']}.", Exit.REFUSED
        )
    except (ValueError, KeyError):
        return Fault(f"The API answered {error.code}.", "`tidings doctor` checks what runs.")
