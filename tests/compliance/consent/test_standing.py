"""What follows from what people say: grants, withdrawals, their scopes and their times."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.compliance.consent.entry import Deed, Reach, Said
from tidings.compliance.consent.standing import ConsentState, Cover, Known, after, covered

ANNA, SHOP, OTHER = "+14155552671", "+14155550100", "+14155550101"
SERVICE = UUID(int=7)
MG = f"MG{SERVICE.hex}"
DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)


def said(deed: Deed, day: int, scope: str = "brand", **more: object) -> Said:
    return Said(deed, ANNA, scope, str(more.pop("method", "web_form")), START + day * DAY, **more)  # type: ignore[arg-type]


def standing(*all_said: Said) -> tuple[Known, ...]:
    """After these, in this order."""
    known: dict[str, Known] = {}
    for n, one in enumerate(all_said, start=1):
        follows = after(known.get(one.scope), one, n=n)
        if follows is not None:
            known[one.scope] = follows
    return tuple(known.values())


def cover(
    *all_said: Said, topic: str | None = None, service: UUID | None = None, sender: str = SHOP, day: int = 99
) -> Cover:
    found = covered(standing(*all_said), service=service, sender=sender, topic=topic, at=START + day * DAY)
    return found.cover


GRANT, REVOKE, REQUEST, CONFIRM = Deed.GRANT, Deed.REVOKE, Deed.REQUEST, Deed.CONFIRM
STOP = {"method": "keyword", "reach": Reach.ALL}


def test_consent_covers_its_scope_and_nothing_beside_it() -> None:
    assert cover() is Cover.NONE
    assert cover(said(GRANT, 1)) is Cover.GRANTED
    assert cover(said(GRANT, 1), topic="offers", service=SERVICE) is Cover.GRANTED
    assert cover(said(GRANT, 1, "topic:offers")) is Cover.NONE
    assert cover(said(GRANT, 1, "topic:offers"), topic="offers") is Cover.GRANTED
    assert cover(said(GRANT, 1, MG), service=SERVICE) is Cover.GRANTED
    assert cover(said(GRANT, 1, MG)) is Cover.NONE
    assert cover(said(GRANT, 1, SHOP), service=SERVICE) is Cover.GRANTED
    assert cover(said(GRANT, 1, OTHER)) is Cover.NONE


def test_a_bare_stop_to_one_sender_withdraws_consent_for_everything() -> None:
    stop = said(Deed.OPT_OUT, 5, OTHER, **STOP)
    assert cover(said(GRANT, 1), stop) is Cover.WITHDRAWN
    assert cover(said(GRANT, 1, "topic:offers"), stop, topic="offers") is Cover.WITHDRAWN
    assert cover(stop) is Cover.WITHDRAWN
    assert cover(said(GRANT, 1), stop, said(GRANT, 6)) is Cover.GRANTED
    assert cover(said(GRANT, 1), stop, said(GRANT, 6), sender=OTHER) is Cover.WITHDRAWN


def test_an_opt_out_entered_by_hand_reaches_its_sender_alone() -> None:
    by_hand = said(Deed.OPT_OUT, 5, OTHER, method="api")
    assert cover(said(GRANT, 1), by_hand) is Cover.GRANTED
    assert cover(said(GRANT, 1), by_hand, sender=OTHER) is Cover.WITHDRAWN


def test_who_leaves_a_topic_hears_of_the_others_and_is_not_brought_back_by_consent_to_the_brand() -> None:
    leaves = (said(GRANT, 1), said(REVOKE, 5, "topic:offers"))
    assert cover(*leaves, topic="offers") is Cover.WITHDRAWN
    assert cover(*leaves, topic="news") is Cover.GRANTED
    assert cover(*leaves, said(GRANT, 9), topic="offers") is Cover.WITHDRAWN
    assert cover(*leaves, said(GRANT, 9, "topic:offers"), topic="offers") is Cover.GRANTED


def test_consent_to_a_topic_after_a_withdrawal_from_the_brand_holds_for_the_topic() -> None:
    back = (said(REVOKE, 5), said(GRANT, 6, "topic:news"))
    assert cover(*back, topic="news") is Cover.GRANTED
    assert cover(*back, topic="offers") is Cover.WITHDRAWN


def test_a_list_of_old_consents_takes_no_withdrawal_back() -> None:
    assert cover(said(REVOKE, 5), said(GRANT, 1)) is Cover.WITHDRAWN
    assert cover(said(REVOKE, 5), said(GRANT, 5)) is Cover.WITHDRAWN
    assert cover(said(GRANT, 5), said(REVOKE, 1)) is Cover.GRANTED
    assert cover(said(GRANT, 5, expires_at=START + 50 * DAY), said(GRANT, 1)) is Cover.EXPIRED


def test_consent_to_be_confirmed_is_none_until_it_is() -> None:
    assert cover(said(REQUEST, 1)) is Cover.PENDING
    assert cover(said(REQUEST, 1), said(CONFIRM, 2)) is Cover.CONFIRMED
    assert cover(said(CONFIRM, 2)) is Cover.NONE
    assert cover(said(GRANT, 1), said(REQUEST, 2)) is Cover.GRANTED
    assert cover(said(REQUEST, 1), said(REVOKE, 2), said(CONFIRM, 3)) is Cover.WITHDRAWN
    assert cover(said(REQUEST, 1), said(CONFIRM, 2), said(GRANT, 3)) is Cover.CONFIRMED


def test_consent_ends_when_its_time_is_over() -> None:
    grant = said(GRANT, 1, expires_at=START + 10 * DAY)
    assert cover(grant, day=9) is Cover.GRANTED
    assert cover(grant, day=10) is Cover.EXPIRED
    assert cover(grant, said(Deed.EXPIRE, 10), day=11) is Cover.EXPIRED
    assert cover(grant, said(Deed.EXPIRE, 10), said(GRANT, 12)) is Cover.GRANTED


def test_start_by_keyword_is_consent_to_its_sender_and_a_mistake_that_is_lifted_is_none() -> None:
    stop = said(Deed.OPT_OUT, 5, SHOP, **STOP)
    start = said(Deed.OPT_IN, 6, SHOP, method="keyword")
    assert cover(said(GRANT, 1), stop, start) is Cover.GRANTED
    assert cover(stop, start, sender=OTHER) is Cover.NONE
    lifted = said(Deed.OPT_IN, 6, SHOP, method="api")
    assert cover(stop, lifted) is Cover.NONE
    assert cover(said(GRANT, 1), stop, lifted) is Cover.GRANTED
    assert cover(said(GRANT, 7, SHOP), said(Deed.OPT_IN, 8, SHOP, method="api")) is Cover.GRANTED


def test_a_doubt_changes_nothing() -> None:
    assert cover(said(GRANT, 1), said(Deed.REVIEW, 2, SHOP), said(Deed.CLEARED, 3, SHOP)) is Cover.GRANTED


SCOPES = ["brand", "topic:offers", MG, SHOP]
words = st.builds(
    lambda deed, day, scope, all_: said(
        deed, day, scope, reach=Reach.ALL if all_ and deed in (REVOKE, Deed.OPT_OUT) else Reach.SCOPE
    ),
    st.sampled_from([GRANT, REQUEST, CONFIRM, REVOKE, Deed.OPT_OUT, Deed.EXPIRE]),
    st.integers(min_value=0, max_value=40),
    st.sampled_from(SCOPES),
    st.booleans(),
)


@given(st.lists(words, max_size=8))
@settings(max_examples=200)
def test_after_a_last_word_to_stop_everything_nothing_is_covered(spoken: list[Said]) -> None:
    for reach, scope in ((Reach.ALL, SHOP), (Reach.SCOPE, "brand")):
        final = said(Deed.OPT_OUT, 50, scope, reach=reach)
        for topic in (None, "offers"):
            assert cover(*spoken, final, topic=topic, service=SERVICE) is Cover.WITHDRAWN


@given(st.lists(words, max_size=8), st.sampled_from(SCOPES))
@settings(max_examples=200)
def test_a_withdrawal_never_gives_and_a_grant_never_takes(spoken: list[Said], scope: str) -> None:
    def covers(*all_said: Said) -> bool:
        return cover(*all_said, topic="offers", service=SERVICE).is_consent

    if not covers(*spoken):
        assert not covers(*spoken, said(REVOKE, 50, scope))
    if covers(*spoken):
        assert covers(*spoken, said(GRANT, 50, scope))


@pytest.mark.parametrize("state", list(ConsentState))
def test_expiring_touches_only_what_is_held(state: ConsentState) -> None:
    known = Known("brand", state, START, 1)
    held = state in (ConsentState.PENDING, ConsentState.GRANTED)
    assert (after(known, said(Deed.EXPIRE, 2), n=2) is not None) == held
