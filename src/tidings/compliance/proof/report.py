"""A proof pack in words, for people who decide: what happened, in order. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def report(
    recipient: str,
    *,
    entries: Sequence[bytes],
    wordings: Mapping[str, str],
    messages: Iterable[Mapping[str, Any]],
) -> str:
    """Consents, opt-outs and messages by time, each message with what the gate said."""
    told = [(fields["since"], _entry(fields, wordings)) for fields in map(json.loads, entries)]
    told += [(str(one["message"]["created_at"]), _message(one)) for one in messages]
    return "\n".join([f"What is known of {recipient}", "", *(text for _, text in sorted(told))]) + "\n"


def _entry(fields: Mapping[str, Any], wordings: Mapping[str, str]) -> str:
    lines = [
        f"{fields['since'][:19]}Z  {fields['deed']} ({fields['method']}) for {fields['scope']}; entry {fields['n']}"
    ]
    read = wordings.get(fields.get("wording_sha256", ""))
    if read is not None:
        lines.append(f'    read: "{read}"')
    lines += [
        f"    {key}: {fields[key]}" for key in ("keyword", "place", "ip", "reason", "by") if key in fields
    ]
    lines += [f"    proof: {one['name']} SHA-256 {one['sha256']}" for one in fields.get("proofs", ())]
    return "\n".join(lines)


def _message(one: Mapping[str, Any]) -> str:
    message = one["message"]
    lines = [
        f"{str(message['created_at'])[:19]}Z  {message['direction']} from {message['sender']} "
        f"to {message['recipient']}",
        f'    "{message["body"]}"',
    ]
    lines += [f"    {str(fact['at'])[:19]}Z {fact['kind']}" for fact in one["facts"]]
    verdict = message.get("verdict")
    if verdict:
        lines.append(f"    the gate: {verdict['verdict']}")
        for applied in verdict.get("applied", ()):
            saw = ", ".join(f"{key} {value}" for key, value in applied["saw"].items())
            lines.append(
                f"      {applied['rule']} ({applied['version']}; {applied['source']}): {applied['text']} [{saw}]"
            )
    return "\n".join(lines)
