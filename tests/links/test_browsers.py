"""Real programs follow a link: curl, and Chromium without a window, under its own name and under a phone's."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence

import pytest
from tests.api_home import now
from tests.links.brand import DESTINATION, PHONE, Brand

from tidings.links.believe.judge import judge_new
from tidings.links.own_address import keep_own_address

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CURL = shutil.which("curl")

pytestmark = pytest.mark.slow


async def run(words: Sequence[str]) -> None:
    program = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(60):
        await program.wait()


async def own_link(brand: Brand) -> str:
    """A short link at the address that the test's server really has."""
    address = brand.home.base_url.removeprefix("http://")
    await keep_own_address(
        brand.home.db,
        brand.shop.account.id,
        address,
        service="x",
        clock=now,
        entropy=lambda n: bytes(range(n)),
    )
    return await brand.text_of(await brand.send(DESTINATION))


async def reasons(brand: Brand) -> list[tuple[str, str]]:
    await judge_new(brand.home.db, now=now())
    rows = sorted(await brand.rows("click_verdicts"), key=lambda row: row["id"])
    return [(row["verdict"], row["reason"]) for row in rows]


@pytest.mark.skipif(CURL is None, reason="there is no curl here")
async def test_curl_is_a_tool_in_whichever_way_it_asks(brand: Brand) -> None:
    assert CURL is not None
    link = await own_link(brand)
    for options in (
        [],
        ["-I"],
        ["-H", "Sec-Purpose: prefetch"],
        ["-A", ""],
        ["-A", "facebookexternalhit/1.1"],
    ):
        await run([CURL, "-s", "--max-time", "20", *options, link])
    assert await reasons(brand) == [
        ("machine", "tool_agent"),
        ("machine", "method"),
        ("machine", "prefetch"),
        ("machine", "no_agent"),
        ("machine", "preview_agent"),
    ]


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
async def test_chromium_is_known_for_what_it_says_and_a_person_when_it_says_so(brand: Brand) -> None:
    """No header tells a browser that a program drives, once it names itself a phone: time and company must."""
    assert CHROMIUM is not None
    link = await own_link(brand)
    for options in ([], [f"--user-agent={PHONE}"]):
        with tempfile.TemporaryDirectory(prefix="tidings-test-") as folder:
            words = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}"]
            await run(
                [
                    *words,
                    "--host-resolver-rules=MAP * 127.0.0.1:1, EXCLUDE 127.0.0.1",
                    "--dump-dom",
                    *options,
                    link,
                ]
            )
    assert await reasons(brand) == [("machine", "automaton_agent"), ("person", "browser")]
