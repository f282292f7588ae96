"""Opt-outs as a sheet (CSV): how they leave, and how lists of other systems come in. Pure."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from tidings.compliance.opt_outs.change import Changing
from tidings.compliance.opt_outs.register import OptOut
from tidings.compliance.opt_outs.scope import parse_recipient, parse_scope, written
from tidings.compliance.opt_outs.verdict import Change, Source
from tidings.kernel.instant import Instant, parse_instant

COLUMNS = ("recipient", "scope", "state", "since", "source", "keyword")
_STATES = {"": Change.OPTED_OUT, "opted_out": Change.OPTED_OUT, "review": Change.REVIEW}
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    """Counted from 1, the header included."""
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    changes: list[Changing]
    """One for a person in a scope: the first of several."""
    lines: list[int]
    """Where each stands."""
    faults: list[Fault]


def lines(opt_outs: Iterable[OptOut]) -> str:
    """These as lines of a sheet, without its header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for one in opt_outs:
        since = one.since.astimezone(UTC).isoformat().replace("+00:00", "Z")
        writer.writerow(
            [one.recipient, written(one.scope), one.state.value, since, one.source, one.keyword or ""]
        )
    return text.getvalue()


def header() -> str:
    return ",".join(COLUMNS) + "\n"


def read(
    text: str,
    *,
    account: UUID,
    scope: str | None = None,
    reason: str | None = None,
    changed_by: str | None = None,
) -> Sheet:
    """What a sheet says. It needs a header with `recipient`, and with `scope` unless one is given for all;
    `state` (opted_out otherwise), `since`, `source` and `keyword` are read too, other columns passed over."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    names = [name.strip().lower() for name in next(rows, [])]
    missing = [name for name in ("recipient", *(() if scope else ("scope",))) if name not in names]
    if missing:
        return Sheet([], [], [Fault(1, f"the header has no column {' and no column '.join(missing)}")])
    found: dict[tuple[str, str], tuple[int, Changing]] = {}
    faults: list[Fault] = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        cells = dict(zip(names, (cell.strip() for cell in row), strict=False))
        one = _changing(cells, account=account, scope=scope, reason=reason, changed_by=changed_by)
        if isinstance(one, str):
            faults.append(Fault(rows.line_num, one))
        else:
            found.setdefault((one.recipient, one.scope), (rows.line_num, one))
    return Sheet([one for _, one in found.values()], [line for line, _ in found.values()], faults)


def _changing(
    cells: dict[str, str],
    *,
    account: UUID,
    scope: str | None,
    reason: str | None,
    changed_by: str | None,
) -> Changing | str:
    """The change that a row asks for, or what is wrong with it."""
    recipient = parse_recipient(cells["recipient"])
    if recipient is None:
        return f"{cells['recipient']!r} is no number in E.164, such as +14155552671"
    own = parse_scope(cells["scope"]) if cells.get("scope") else scope
    if own is None:
        return f"{cells.get('scope', '')!r} is neither a service's SID nor a sender's address"
    state = _STATES.get(cells.get("state", ""))
    if state is None:
        return f"{cells['state']!r} is no state: write opted_out or review"
    since: Instant | None = None
    if cells.get("since"):
        since = parse_instant(cells["since"])
        if since is None:
            return f"{cells['since']!r} is no time: write 2026-11-24T08:00:00Z"
    return Changing(
        account,
        recipient,
        own,
        state,
        cells.get("source", "")[:LONGEST_TEXT] or Source.IMPORT,
        keyword=cells.get("keyword", "")[:LONGEST_TEXT] or None,
        reason=reason,
        changed_by=changed_by,
        since=since,
    )
