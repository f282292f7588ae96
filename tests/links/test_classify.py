"""Whose clicks are people's: a corpus of agents and of scenes, with the truth beside what is said of it."""

import csv
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.kernel.instant import EPOCH
from tidings.links.believe.classify import REASONS, Evidence, Sending, Verdict, hints_of, reasons_for

HERE = Path(__file__).parent
PHONE_NETWORK = "100.64.7.0/24"


def agents() -> list[dict[str, str]]:
    with (HERE / "agents.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def judged_agents() -> list[tuple[dict[str, str], str]]:
    """Each agent by itself, a minute after the receipt."""
    sending = Sending(sent_at=EPOCH, delivered_at=EPOCH + timedelta(seconds=1))
    at = EPOCH + timedelta(seconds=61)
    return [
        (
            row,
            reasons_for(
                sending,
                [Evidence(id=UUID(int=n), code="a", at=at, method="GET", agent=row["agent"], network="n")],
            )[0],
        )
        for n, row in enumerate(agents())
    ]


def judged_scenes() -> list[tuple[str, dict[str, Any], str]]:
    told = yaml.safe_load((HERE / "scenes.yaml").read_text("utf-8"))
    found = []
    for scene in told["scenes"]:
        delivered = scene.get("delivered", 1)
        sending = Sending(
            links=scene.get("links", 1),
            sent_at=EPOCH,
            delivered_at=None if delivered is None else EPOCH + timedelta(seconds=delivered),
        )
        clicks = [
            Evidence(
                id=UUID(int=n),
                code=click.get("link", "a"),
                at=EPOCH + timedelta(seconds=click["at"]),
                method=click.get("method", "GET"),
                agent=told["agents"][click.get("agent", "iphone")],
                network=click.get("network", PHONE_NETWORK),
                hints=click.get("hints", {}),
            )
            for n, click in enumerate(scene["clicks"])
        ]
        reasons = reasons_for(sending, clicks)
        found += [
            (scene["it"], click, reason) for click, reason in zip(scene["clicks"], reasons, strict=True)
        ]
    return found


def test_each_agent_of_the_corpus_is_known_for_what_it_is() -> None:
    wrong = [
        (row["agent"], reason)
        for row, reason in judged_agents()
        if (REASONS[reason][0].value, reason) != (row["verdict"], row["reason"])
    ]
    assert not wrong


def test_each_click_of_the_scenes_is_judged_for_its_reason() -> None:
    wrong = [(it, click["at"], reason) for it, click, reason in judged_scenes() if reason != click["why"]]
    assert not wrong


def test_no_person_of_the_corpus_is_taken_for_a_machine_and_hardly_a_machine_for_a_person() -> None:
    """The confusion table: what they truly were, against what is said of them."""
    table = Counter((row["who"], REASONS[reason][0].value) for row, reason in judged_agents())
    table.update((click["who"], REASONS[reason][0].value) for _, click, reason in judged_scenes())
    assert table == {
        ("person", "person"): 49,
        ("person", "unsure"): 2,
        ("machine", "machine"): 77,
        ("machine", "unsure"): 4,
        ("machine", "person"): 2,
    }


def test_the_reference_tells_every_reason() -> None:
    page = (HERE.parents[1] / "docs" / "reference" / "links-api.md").read_text("utf-8")
    missing = [
        name for name, (verdict, says) in REASONS.items() if f"| `{name}` | {verdict} | {says} |" not in page
    ]
    assert not missing


def test_a_crowd_on_one_message_is_nobody_in_particular() -> None:
    agent = agents()[0]["agent"]
    clicks = [
        Evidence(id=UUID(int=n), code="a", at=EPOCH, method="GET", agent=agent, network=f"{n}")
        for n in range(101)
    ]
    assert set(reasons_for(Sending(), clicks)) == {"crowd"}


CLICKS = st.lists(
    st.builds(
        Evidence,
        id=st.uuids(),
        code=st.sampled_from("ab"),
        at=st.floats(0, 100).map(lambda seconds: EPOCH + timedelta(seconds=seconds)),
        method=st.sampled_from(["GET", "HEAD"]),
        agent=st.one_of(st.text(max_size=40), st.sampled_from([row["agent"] for row in agents()])),
        network=st.sampled_from(["1", "2"]),
        hints=st.dictionaries(st.sampled_from(["purpose", "sec-fetch-mode"]), st.text(max_size=10)),
    ),
    max_size=6,
)


@given(CLICKS, st.integers(1, 3))
@settings(max_examples=100)
def test_every_click_has_a_reason_whatever_it_says_and_in_whichever_order_it_is_read(
    clicks: list[Evidence], links: int
) -> None:
    sending = Sending(links=links, sent_at=EPOCH)
    reasons = reasons_for(sending, clicks)
    assert all(REASONS[reason][0] in Verdict for reason in reasons)
    assert reasons_for(sending, clicks[::-1]) == reasons[::-1]


def test_the_headers_that_were_kept_are_read_again() -> None:
    assert hints_of("sec-purpose: prefetch\nx-moz: a: b") == {"sec-purpose": "prefetch", "x-moz": "a: b"}
    assert hints_of("") == {}
