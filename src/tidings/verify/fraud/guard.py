"""The guard: asks the rules before a code is drawn, writes down what it stops, and alerts whose account it is."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from tidings.kernel.codes import CODES, TOO_MANY_REQUESTS
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid, mint
from tidings.monitor import Alert, raise_alerts
from tidings.runtime.clock import Entropy
from tidings.runtime.database import Database
from tidings.runtime.statements import Statements
from tidings.verify.asked import Asked
from tidings.verify.code import CodeKey
from tidings.verify.fraud.evidence import EvidenceOf
from tidings.verify.fraud.judge import Blocked, Passed, Slowed, judge, range_of
from tidings.verify.fraud.level import FraudGuard
from tidings.verify.settings import VerifyService

SQL = Statements.beside(__file__)
BLOCKED = CODES[60410]
ALERTED_FOR = timedelta(hours=1)

log = structlog.get_logger(__name__)


class Guard:
    """`entropy(n)` gives n random bytes, `monotonic` is a clock in seconds."""

    def __init__(
        self,
        db: Database,
        *,
        key: CodeKey,
        entropy: Entropy,
        monotonic: Callable[[], float],
        trust_seconds: float = 2.0,
    ) -> None:
        self._db = db
        self._entropy = entropy
        self._evidence = EvidenceOf(db, key=key, monotonic=monotonic, trust_seconds=trust_seconds)

    async def look(self, service: VerifyService, asked: Asked, *, now: Instant) -> Refused | None:
        """60410 for a code that is not worth sending, 20429 for one that has to wait; None lets it pass.

        Where nothing can be known it is refused, unless the service fails open.
        """
        guard = service.settings.fraud_guard
        if guard is FraudGuard.OFF or not asked.risk_check or asked.number is None:
            return None
        try:
            seen = await self._evidence.find(service, asked, now=now)
            verdict = judge(guard, number=asked.to, line=asked.number.line_type, seen=seen)
        except Exception as error:  # whatever it is, the operator said what then holds
            is_open = service.settings.fraud_fails_open
            log.warning("a code could not be judged", fault=type(error).__name__, passes=is_open)
            if is_open:
                return None
            return Refused(BLOCKED, f"{BLOCKED.text}: it could not be judged (Rule fraud/unknown.)")
        if isinstance(verdict, Passed):
            return None
        await self._stop(service, asked, verdict, now=now)
        code = TOO_MANY_REQUESTS if isinstance(verdict, Slowed) else BLOCKED
        return Refused(code, f"{code.text}: {verdict.why} (Rule {verdict.rule}.)")

    async def _stop(
        self, service: VerifyService, asked: Asked, verdict: Blocked | Slowed, *, now: Instant
    ) -> None:
        """The first block of a range by a rule within an hour raises an alert."""
        account, of = service.account, range_of(asked.to)
        slowed = isinstance(verdict, Slowed)
        async with self._db.transaction() as connection:
            known = slowed or await SQL.value(
                connection, "stopped_since", account, now - ALERTED_FOR, of, verdict.rule
            )
            await SQL.run(
                connection,
                "stop",
                mint(now, self._entropy(10), 0),
                account,
                service.id,
                now,
                asked.to,
                of,
                asked.country,
                service.settings.fraud_guard.value,
                verdict.rule,
                verdict.why,
                slowed,
            )
            if not known:
                text = f"Codes to {of}XXXX are blocked: {verdict.why} (Rule {verdict.rule}.)"
                alert = Alert(account, BLOCKED.number, str(Sid("VA", service.id)), text=text)
                await raise_alerts(connection, [alert], now=now, entropy=self._entropy)

    async def close(self) -> None:
        await self._evidence.close()
