"""An advisory as a letter: what a subscriber reads. Pure."""

from collections.abc import Sequence
from email.message import EmailMessage

from tidings.compliance.advisories.advisory import Advisory, Touched
from tidings.kernel.instant import iso8601

MOST_TOLD = 40


def letter(
    told: Sequence[tuple[Advisory, Touched]], *, account: str, sender: str, recipient: str
) -> EmailMessage:
    """One letter with all that is new for an account."""
    message = EmailMessage()
    message["From"], message["To"] = sender, recipient
    count = len(told)
    message["Subject"] = f"Tidings: {count} {'rule changes' if count == 1 else 'rules change'} for {account}"
    lines = ["Rules that bind your messages change:", ""]
    for one, touches in told[:MOST_TOLD]:
        lines += [
            f"* {line}" if not place else f"  {line}" for place, line in enumerate(lines_of(one, touches))
        ]
        lines.append("")
    if count > MOST_TOLD:
        lines += [f"... and {count - MOST_TOLD} more.", ""]
    lines.append(
        "`tidings advisories` shows all of them; `tidings advisories unsubscribe` ends these letters."
    )
    message.set_content("\n".join(lines))
    return message


def lines_of(one: Advisory, touches: Touched) -> list[str]:
    """An advisory in plain words: the rule, what becomes of it, and what it touches."""
    change = one.change
    traffic = f", {change.traffic}" if change.traffic else ""
    found = [
        f"{change.place}{traffic}: {change.file} {change.rule} is {change.kind.value}, from {iso8601(one.from_at)}"
        f" ({one.because})"
    ]
    columns = [column for column in {**change.was, **change.becomes} if column not in ("rule", "iso2")]
    if change.was and change.becomes:
        found += [
            f"{column}: {change.was[column] or '-'} -> {change.becomes[column] or '-'}" for column in columns
        ]
    else:
        says = change.becomes or change.was
        found.append(", ".join(f"{column} {says[column]}" for column in columns if says[column]))
    by = ", ".join((*touches.services, *touches.senders)) or "nothing of this account"
    due = f", the first on {iso8601(touches.first_due)}" if touches.first_due is not None else ""
    found.append(
        f"touches {by}: {touches.scheduled:,} scheduled messages{due}, {touches.sent_lately:,} sent in the last 30 days"
    )
    return found
