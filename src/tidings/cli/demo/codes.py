"""A person is verified: a code is sent, read off the carrier's record, said wrong, said right, and said again."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

PERSON = "+14155559090"
WITHIN_SECONDS = 15.0
LOOK_EVERY_SECONDS = 0.05
_CODE = re.compile(r"verification code is: ([0-9]{6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Verified:
    """`milliseconds` from the request to the carrier's hands; the answers to a wrong code, the right one, and that
    one again."""

    milliseconds: float
    wrong: str
    right: str
    again: int

    @property
    def as_it_should(self) -> bool:
        return (self.wrong, self.right, self.again) == ("pending", "approved", 404)


async def verify_a_person(facts: Mapping[str, Any]) -> Verified:
    """Over the API of a running home, as a customer's program does it."""
    base = f"{facts['base_url']}/verify/v2/Services"
    credentials = aiohttp.encode_basic_auth(facts["account_sid"], facts["auth_token"])
    carrier = facts["simulator"]["control_url"]
    async with aiohttp.ClientSession(headers={"Authorization": credentials}) as http:
        service = (await _post(http, base, FriendlyName="Demo"))[1]["sid"]
        before = await _received(carrier)
        began = time.time()
        await _post(http, f"{base}/{service}/Verifications", To=PERSON, Channel="sms")
        arrived, code = await _code_at(carrier, after=before)
        check = f"{base}/{service}/VerificationCheck"
        wrong = await _post(http, check, To=PERSON, Code=f"{(int(code) + 1) % 1_000_000:06d}")
        right = await _post(http, check, To=PERSON, Code=code)
        again = await _post(http, check, To=PERSON, Code=code)
    return Verified(
        round(1000 * (arrived - began), 1), str(wrong[1].get("status")), str(right[1].get("status")), again[0]
    )


async def _post(http: aiohttp.ClientSession, url: str, **form: str) -> tuple[int, dict[str, Any]]:
    async with http.post(url, data=form) as answer:
        return answer.status, await answer.json()


async def _received(carrier: str) -> int:
    """How many messages the carrier took so far."""
    async with aiohttp.ClientSession() as http, http.get(f"{carrier}/stats") as answer:
        return int((await answer.json())["received"])


async def _code_at(carrier: str, *, after: int) -> tuple[float, str]:
    """When the carrier took the person's code, and the code; six zeros where none came in time."""
    deadline = time.monotonic() + WITHIN_SECONDS
    async with aiohttp.ClientSession() as http:
        while time.monotonic() < deadline:
            async with http.get(f"{carrier}/received?after={after}") as answer:
                for one in await answer.json():
                    match = _CODE.search(one["text"]) if one["destination"].endswith(PERSON[1:]) else None
                    if match is not None:
                        return one["at"], match[1]
            await asyncio.sleep(LOOK_EVERY_SECONDS)
    return time.time(), "000000"
