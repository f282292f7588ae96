"""A carrier over HTTP: so many requests at once and no more, and an outcome for each message, told once.

What was not written to a socket is `Unreachable`, and the connector then has no room until a pause is over and a
single request has gone well again. Whatever may have been read by the carrier, and was not answered, is `Unknown`.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import structlog

from tidings.carriers.connector import (
    Handover,
    OnRoom,
    Outcome,
    Rejected,
    Unknown,
    Unreachable,
)
from tidings.carriers.http.dialect import Answer, Dialect
from tidings.carriers.smpp.backoff import Backoff
from tidings.kernel.codes import UNKNOWN_ERROR
from tidings.runtime.http import Answered, HttpClient, HttpFailure, Kind, Patience

log = structlog.get_logger(__name__)

Done = Callable[[Handover, Outcome], None]

NEVER_LEFT = frozenset({Kind.DNS, Kind.REFUSED_ADDRESS, Kind.CONNECT, Kind.CONNECT_TIMEOUT, Kind.TLS})
"""Failures before the first byte of a request. Everything else may have been read."""

_WINDOWS_WAITING = 4
"""So many windows may wait behind a full one before a hand-over is turned away."""
_MOST_UNANSWERED = 5
"""After so many requests in a row without an answer that says anything, the carrier is left alone for a pause: each
message handed to it would be in doubt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a carrier is called. Times are in seconds, `window` in requests, `most_per_request` in messages; a request
    that could hold more waits `linger` for them."""

    window: int = 20
    most_per_request: int = 1
    linger: float = 0.01
    timeout: float = 15.0
    connect_timeout: float = 5.0
    retry_first: float = 0.5
    retry_most: float = 60.0
    close_timeout: float = 5.0
    allow_private: bool = False


class HttpConnector:
    """Implements `tidings.carriers.connector.Connector`. `clock` gives epoch seconds; `random` is for jitter alone."""

    def __init__(
        self,
        name: str,
        dialect: Dialect,
        manners: Manners,
        *,
        on_room: OnRoom,
        clock: Callable[[], float] = time.time,
        random: Random | None = None,
    ) -> None:
        self.name = name
        self._dialect = dialect
        self._manners = manners
        self._on_room = on_room
        self._clock = clock
        self._backoff = Backoff(
            first=manners.retry_first,
            most=manners.retry_most,
            random=(random or Random()).random,  # noqa: S311  # no secret comes of it
        )
        self._patience = Patience(
            connect=manners.connect_timeout, read=manners.timeout, total=manners.timeout
        )
        self._client: HttpClient | None = None
        self._waiting: deque[tuple[Handover, Done]] = deque()
        self._under_way: set[asyncio.Task[None]] = set()
        self._window = manners.window
        self._pause: asyncio.TimerHandle | None = None
        self._linger: asyncio.TimerHandle | None = None
        self._closing = False
        self._unanswered = 0

    @property
    def room(self) -> int:
        """How many more messages it would take now without queueing; 0 while the carrier cannot be reached."""
        if self._closing or self._client is None or self._pause is not None:
            return 0
        most = self._manners.most_per_request
        return max(0, (self._window - len(self._under_way)) * most - len(self._waiting))

    async def open(self) -> None:
        """Ready at once: a connection is made when there is something to say."""
        self._client = HttpClient(
            allow_private=self._manners.allow_private, connections_per_host=self._manners.window
        )
        self._tell_room()

    async def close(self) -> None:
        """Takes nothing more, gives back what waits, lets requests under way be answered (bounded)."""
        self._closing = True
        for timer in (self._pause, self._linger):
            if timer is not None:
                timer.cancel()
        self._give_back_waiting("closing")
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=self._manners.close_timeout)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._client is not None:
            await self._client.close()

    def hand_over(self, message: Handover, done: Done) -> None:
        """Never blocks and never raises; calls `done` exactly once, perhaps before it returns."""
        if self._closing or self._client is None:
            self._tell(message, Unreachable("closing" if self._closing else "not open"), done)
        elif self._pause is not None:
            self._tell(message, Unreachable("the carrier cannot be reached for now"), done)
        elif len(self._waiting) >= self._manners.window * self._manners.most_per_request * _WINDOWS_WAITING:
            self._tell(message, Unreachable("the window is full"), done)
        else:
            self._waiting.append((message, done))
            self._start(whole_only=True)

    def flush(self) -> None:
        """Requests that could hold more wait out their `linger`; all others are on their way already."""

    def _start(self, *, whole_only: bool) -> None:
        most = self._manners.most_per_request
        while self._waiting and len(self._under_way) < self._window:
            if whole_only and len(self._waiting) < most:
                if self._linger is None:
                    loop = asyncio.get_running_loop()
                    self._linger = loop.call_later(self._manners.linger, self._linger_is_over)
                return
            batch = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
            task = asyncio.create_task(self._exchange(batch), name=f"{self.name} request")
            self._under_way.add(task)

    def _linger_is_over(self) -> None:
        self._linger = None
        self._start(whole_only=False)

    async def _exchange(self, batch: list[tuple[Handover, Done]]) -> None:
        outcomes: Sequence[Outcome] = [Unknown("the request was cut short")] * len(batch)
        try:
            outcomes = await self._outcomes([message for message, _ in batch])
        except Exception:
            # Whatever went wrong in reading it, the carrier may have the message.
            log.exception("a carrier's answer was not read", carrier=self.name)
        finally:
            had_room = self.room > 0
            self._under_way.discard(asyncio.current_task())
            self._learn(outcomes)
            for (message, done), outcome in zip(batch, outcomes, strict=True):
                self._tell(message, outcome, done)
            self._start(whole_only=True)
            if not had_room:
                self._tell_room()

    async def _outcomes(self, messages: list[Handover]) -> Sequence[Outcome]:
        assert self._client is not None
        try:
            call = self._dialect.write(messages, now=self._clock())
        except ValueError as fault:  # such as half a surrogate pair, which no encoding takes
            return [Rejected(UNKNOWN_ERROR.number, True, f"it cannot be written: {fault}")] * len(messages)
        # POST alone: a client may repeat other methods by itself when a connection breaks.
        answer = await self._client.send(
            "POST", call.url, headers=call.headers, body=call.body, patience=self._patience
        )
        if isinstance(answer, Answered):
            headers = {name.lower(): value for name, value in answer.headers.items()}
            outcomes = self._dialect.read(messages, Answer(answer.status, headers, answer.body))
            if len(outcomes) != len(messages):
                return [Unknown(f"{len(messages)} messages, {len(outcomes)} answers")] * len(messages)
            return outcomes
        return [_failed(answer)] * len(messages)

    def _learn(self, outcomes: Sequence[Outcome]) -> None:
        """A clear answer opens the window; a carrier that is out of reach, or never answers, is left alone a while."""
        trouble = next((each for each in outcomes if isinstance(each, (Unreachable, Unknown))), None)
        if trouble is None:
            self._unanswered = 0
            self._backoff.reset()
            self._window = self._manners.window
            return
        if isinstance(trouble, Unknown):
            self._unanswered += 1
            if self._unanswered < _MOST_UNANSWERED:
                return
        self._window = 1
        if self._pause is None and not self._closing:
            wait = self._backoff.next_wait()
            log.warning(
                "carrier out of reach", carrier=self.name, reason=trouble.reason, again_in=round(wait, 1)
            )
            self._pause = asyncio.get_running_loop().call_later(wait, self._pause_is_over)
        self._give_back_waiting(trouble.reason)

    def _pause_is_over(self) -> None:
        self._pause = None
        self._tell_room()

    def _give_back_waiting(self, reason: str) -> None:
        while self._waiting:
            message, done = self._waiting.popleft()
            self._tell(message, Unreachable(reason), done)

    def _tell_room(self) -> None:
        if self.room > 0:
            self._on_room()

    def _tell(self, message: Handover, outcome: Outcome, done: Done) -> None:
        try:
            done(message, outcome)
        except Exception:
            # The caller's fault must not end the request that others of its batch wait for.
            log.exception("an outcome was not taken", carrier=self.name)


def _failed(failure: HttpFailure) -> Outcome:
    reason = f"{failure.kind.value}: {failure.reason}"
    if failure.kind in NEVER_LEFT:
        return Unreachable(reason)
    if failure.kind is Kind.BAD_URL:
        return Rejected(UNKNOWN_ERROR.number, True, f"no request could be made of it: {reason}")
    return Unknown(reason)
