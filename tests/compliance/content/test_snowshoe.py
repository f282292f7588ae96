"""Snowshoeing: one wording over many senders or domains."""

from tidings.compliance.content import snowshoeing
from tidings.compliance.content.snowshoe import MOST_DOMAINS, MOST_SENDERS

OFFER = "Hi {}! All coffee is 20% off until Sunday. Reply STOP to opt out of our messages"


def rules(sent: list[tuple[str, str]]) -> list[str]:
    return [one.rule for one in snowshoeing(sent)]


def test_one_wording_from_many_senders_is_seen_though_names_differ() -> None:
    sent = [(OFFER.format(name), f"+1415555{name:04}") for name in range(MOST_SENDERS + 1)]
    assert rules(sent) == ["snowshoe/senders"]
    assert rules(sent[1:]) == []
    assert "all coffee is #% off until sunday." in snowshoeing(sent)[0].saw


def test_texts_that_share_nothing_but_their_way_out_are_none() -> None:
    ending = "Reply STOP to opt out of our messages."
    subjects = ["coffee", "tea", "milk", "bread", "wool", "rope", "soap", "salt", "corn", "silk", "lamps"]
    sent = [(f"Fresh {one} and more {one} in store today. {ending}", f"+1415555{one}") for one in subjects]
    assert len(sent) > MOST_SENDERS
    assert rules(sent) == []


def test_one_wording_that_leads_to_many_domains_is_seen() -> None:
    sent = [
        (f"All coffee is on sale at https://shop{n}.example/go today.", "") for n in range(MOST_DOMAINS + 1)
    ]
    assert rules(sent) == ["snowshoe/domains"]
    assert rules(sent[1:]) == []


def test_subdomains_and_paths_of_one_domain_are_one() -> None:
    sent = [(f"All coffee is on sale at https://s{n}.acme.co.uk/{n} today.", "") for n in range(20)]
    assert rules(sent) == []
