"""CPU of looking at one text before it is sent: texts that differ from person to person, and one that repeats.

The same 20,000 texts are looked at as marketing and as transactional messages to the US, from a long code.
"""

import time

from rig import ROUNDS, calibrate, report, say

from tidings.compliance.content import Envelope, Linter
from tidings.compliance.countries import shipped
from tidings.compliance.verdict import Traffic
from tidings.senders.sender import Kind

TEXTS = 20_000
TEXT = (
    "Acme Coffee: Hi Maria, your order {:05} is ready for pickup at 12 Main St. until 6 pm today. "
    "Show this text at the counter. Reply STOP to opt out."
)
LINKED = "Acme Coffee: 20% off for you, see https://acme.example/o/{:05} today. Reply STOP to opt out."
TYPOGRAPHIC = "Acme Coffee: it’s ready, Maria – order {:05} waits for you. Reply STOP to opt out."


def envelope(traffic: Traffic) -> Envelope:
    return Envelope("US", traffic, "+14155550100", Kind.LONG_CODE, "US", ("Acme Coffee",))


def microseconds(texts: list[str], traffic: Traffic) -> float:
    linter, of = Linter(shipped()), envelope(traffic)
    start = time.process_time()
    for text in texts:
        linter.lint(text, of)
    return round((time.process_time() - start) / len(texts) * 1e6, 3)


def round_of() -> dict[str, float]:
    differing = [TEXT.format(number) for number in range(TEXTS)]
    speed = calibrate()
    return {
        "marketing_us": microseconds(differing, Traffic.MARKETING),
        "transactional_us": microseconds(differing, Traffic.TRANSACTIONAL),
        "with_link_us": microseconds([LINKED.format(number) for number in range(TEXTS)], Traffic.MARKETING),
        "ucs2_us": microseconds([TYPOGRAPHIC.format(number) for number in range(TEXTS)], Traffic.MARKETING),
        "repeated_us": microseconds([differing[0]] * TEXTS, Traffic.MARKETING),
        "calibration_seconds": speed,
    }


def main() -> None:
    round_of()
    rounds = []
    for number in range(ROUNDS):
        rounds.append(round_of())
        say(f"round {number + 1}: {rounds[-1]}")
    report("lint", rounds, texts=TEXTS, characters=len(TEXT.format(0)))


main()
