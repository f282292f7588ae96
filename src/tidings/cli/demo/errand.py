"""The demo's customer: sends through the HTTP API, hears callbacks, asks the API and the carrier what happened."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from tidings.cli.demo.audience import Letter
from tidings.cli.demo.progress import Progress, progress_shown
from tidings.cli.demo.report import Arrival, Replies, Report, count_by_code, pacing_of
from tidings.cli.demo.sink import Sink
from tidings.kernel.codes import OPTED_OUT

SENDER, ABROAD = "55501", "+14155550100"
MPS_ABROAD = 10.0
SERVICE = "Demo"
ONCE_MORE = "One more thing before you go."
CONNECTIONS = 64
SENDS_FASTER = 1.3
"""How much faster than the lane drains the customer sends: a queue builds up, and the machine has room for the rest."""
WITHIN_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.25
PAGE = 1_000


class Errand:
    """One run against a home that is up. `facts` is what its ready file would say."""

    def __init__(self, facts: Mapping[str, Any], people: Sequence[Letter], *, mps: float) -> None:
        self._facts = facts
        self._people = people
        self._mps = mps
        account = facts["account_sid"]
        self._messages_url = f"{facts['base_url']}/2010-04-01/Accounts/{account}/Messages.json"
        self._headers = {"Authorization": aiohttp.encode_basic_auth(account, facts["auth_token"])}
        self._carrier = facts["simulator"]["control_url"]
        self._accepted: dict[str, Letter] = {}
        self._accepted_at: dict[str, float] = {}
        self._refused: Counter[str] = Counter()
        self._arrived = 0
        self._began = 0.0
        self._service = ""

    async def run(self) -> Report:
        """Sends everything, waits until all that can end has ended (a minute at most), and reports."""
        await self._set_mps()
        connector = aiohttp.TCPConnector(limit=CONNECTIONS + 1)
        async with (
            Sink(self._facts["auth_token"]) as sink,
            aiohttp.ClientSession(connector=connector, trust_env=False) as http,
        ):
            self._service = await self._find_service(http)
            await self._hear_replies(http, sink.inbound_url)
            began = self._began = time.monotonic()
            with progress_shown(len(self._people)) as show:
                waiting = iter(enumerate(self._people))
                async with asyncio.TaskGroup() as crew:
                    for _ in range(CONNECTIONS):
                        crew.create_task(self._send(http, waiting, sink.url))
                    crew.create_task(self._watch(http, sink, began, show))
            seconds = time.monotonic() - began
            blocked = await self._write_to_those_who_left(http)
            return await self._judge(http, sink, seconds=seconds, blocked=blocked)

    async def _find_service(self, http: aiohttp.ClientSession) -> str:
        """The messaging service that a home's demo account has from the start."""
        url = f"{self._facts['base_url']}/messaging/v1/Services"
        async with http.get(url, headers=self._headers) as answer:
            services = (await answer.json())["services"]
        return next(str(one["sid"]) for one in services if one["friendly_name"] == SERVICE)

    async def _hear_replies(self, http: aiohttp.ClientSession, url: str) -> None:
        service = f"{self._facts['base_url']}/messaging/v1/Services/{self._service}"
        async with http.post(service, data={"InboundRequestUrl": url}, headers=self._headers) as answer:
            answer.raise_for_status()

    async def _set_mps(self) -> None:
        from tidings.kernel.sid import Sid
        from tidings.lanes.operate import change_sender
        from tidings.runtime.database import Database

        account = Sid.parse(self._facts["account_sid"], "AC")
        assert account is not None
        db = await Database.connect(self._facts["database_url"], application_name="tidings demo", largest=2)
        try:
            await change_sender(db, account.uuid, SENDER, mps=self._mps)
            await change_sender(db, account.uuid, ABROAD, mps=MPS_ABROAD)
        finally:
            await db.close()

    async def _send(self, http: aiohttp.ClientSession, waiting: Any, callback: str) -> None:
        """One connection's share of the letters."""
        for number, letter in waiting:
            await asyncio.sleep(self._began + number / (SENDS_FASTER * self._mps) - time.monotonic())
            form = {
                "To": letter.to,
                "MessagingServiceSid": self._service,
                "Body": letter.body,
                "StatusCallback": callback,
            }
            async with http.post(self._messages_url, data=form, headers=self._headers) as answer:
                told = await answer.json()
            if answer.status == 201:
                self._accepted[told["sid"]] = letter
                self._accepted_at[told["sid"]] = time.time()
            else:
                self._refused[str(told["code"])] += 1

    async def _watch(self, http: aiohttp.ClientSession, sink: Sink, began: float, show: Any) -> None:
        """Until every message that can end has been told of and who answers was answered, or the minute is over."""
        answers = sum(1 for letter in self._people if letter.answer)
        while True:
            async with http.get(f"{self._carrier}/stats") as answer:
                self._arrived = int((await answer.json())["received"])
            show(Progress(len(self._accepted), self._arrived, len(sink.ends)))
            sent = len(self._accepted) + sum(self._refused.values()) == len(self._people)
            ends = sum(letter.ends for letter in self._accepted.values())
            told = len(sink.ends) >= ends and len(sink.replies) >= answers
            if (sent and told) or time.monotonic() - began > WITHIN_SECONDS:
                return
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _write_to_those_who_left(self, http: aiohttp.ClientSession) -> int:
        """One more message to each who wanted no more: how many of them did not go out, with the code for that."""
        sids = []
        for letter in self._people:
            if letter.leaves:
                form = {"To": letter.to, "MessagingServiceSid": self._service, "Body": ONCE_MORE}
                async with http.post(self._messages_url, data=form, headers=self._headers) as answer:
                    sids.append((await answer.json())["sid"])
        blocked = 0
        for sid in sids:
            url = self._messages_url.replace("Messages.json", f"Messages/{sid}.json")
            async with http.get(url, headers=self._headers) as answer:
                blocked += (await answer.json())["error_code"] == OPTED_OUT.number
        return blocked

    async def _judge(
        self, http: aiohttp.ClientSession, sink: Sink, *, seconds: float, blocked: int
    ) -> Report:
        resources = await self._listed(http)
        ours = [one for one in resources if one["sid"] in self._accepted]
        arrivals = await self._arrivals(http)
        texts = Counter((one["destination"], one["text"]) for one in arrivals)
        answered = Counter(one["to"] for one in resources if one["direction"] == "outbound-reply")
        letters = self._accepted.values()
        expected_replies = {letter.to: letter.answer for letter in self._people if letter.answer}
        return Report(
            messages=len(self._people),
            mps=self._mps,
            accepted=len(self._accepted),
            segments=sum(int(one["num_segments"]) for one in ours),
            statuses=dict(Counter(one["status"] for one in ours)),
            undelivered_by_code=count_by_code([one["error_code"] for one in ours]),
            expected_delivered=sum(letter.is_delivered for letter in letters),
            expected_by_code=count_by_code([letter.undelivered_code for letter in letters]),
            expected_ends=sum(letter.ends for letter in letters),
            arrived=len(arrivals),
            arrived_twice=sum(count - 1 for count in texts.values()),
            callbacks=sink.calls,
            messages_told=len(sink.ends),
            bad_signatures=sink.bad_signatures,
            replies=Replies(
                expected=len(expected_replies),
                heard=sum(1 for number, said in expected_replies.items() if sink.replies.get(number) == said),
                answered=sum(
                    answered[letter.to] == letter.is_answered for letter in self._people if letter.answer
                ),
                left=sum(letter.leaves for letter in self._people),
                blocked=blocked,
            ),
            pacing=pacing_of(self._departures(resources, arrivals), mps=self._mps),
            seconds=seconds,
            within_seconds=WITHIN_SECONDS,
            refused=dict(self._refused),
        )

    def _departures(self, resources: list[dict[str, Any]], arrivals: list[dict[str, Any]]) -> list[Arrival]:
        """What left from the paced sender, joined with when the carrier received it."""
        came = {(one["destination"], one["text"]): one["at"] for one in arrivals}
        departures = []
        for one in resources:
            at = came.get((one["to"], one["body"]))
            accepted_at = self._accepted_at.get(one["sid"], at)
            if one["from"] == SENDER and accepted_at is not None:
                departures.append(Arrival(accepted_at=accepted_at, at=at, segments=int(one["num_segments"])))
        return departures

    async def _listed(self, http: aiohttp.ClientSession) -> list[dict[str, Any]]:
        """All messages of the account, page by page, as the API tells them."""
        found: list[dict[str, Any]] = []
        url: str | None = f"{self._messages_url}?PageSize={PAGE}"
        while url is not None:
            async with http.get(url, headers=self._headers) as answer:
                page = await answer.json()
            found += page["messages"]
            following = page["next_page_uri"]
            url = self._facts["base_url"] + following if following else None
        return found

    async def _arrivals(self, http: aiohttp.ClientSession) -> list[dict[str, Any]]:
        """All messages that the carrier took, in the order of their arrival."""
        async with http.get(f"{self._carrier}/received") as answer:
            found: list[dict[str, Any]] = await answer.json()
        return found
