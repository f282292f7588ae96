"""What follows from a person's text: the decision, without the doing. Pure.

A toll-free number has two layers. Its network blocks the pair of number and person at the word STOP, with a reply of
its own, and lets go only at START or UNSTOP to that number; above it stands the usual handling. A short code without
a service is its owner's own business: nothing is done for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from tidings.compliance.opt_outs.heard import Heard
from tidings.compliance.opt_outs.phrases import Certainty, understand
from tidings.compliance.opt_outs.vocabulary import Vocabulary, key_of
from tidings.compliance.opt_outs.word import Word

NETWORK_STOP_REPLY = (
    'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. '
    'Text back "unstop" to receive messages again.'
)
NETWORK_START_REPLY = (
    'NETWORK MSG: You have replied "{}" and will begin receiving messages again from this number.'
)
NETWORK_STOP = "stop"
NETWORK_START = frozenset({"start", "unstop"})


class Block(StrEnum):
    OPTED_OUT = "opted_out"
    REVIEW = "review"


class Change(StrEnum):
    """What became of a person in a scope: the kinds of facts are `recipient.` and these."""

    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    REVIEW = "review"
    CLEARED = "cleared"


class Source(StrEnum):
    KEYWORD = "keyword"
    """The whole message was a keyword."""
    PHRASE = "phrase"
    """Other words that leave no doubt."""
    NETWORK = "network"
    """The network of toll-free numbers."""
    DOUBT = "doubt"
    """Words that may mean it; for a human to decide."""
    REVIEW = "review"
    """A human decided."""
    API = "api"
    COMMAND_LINE = "command_line"
    IMPORT = "import"
    CONSENTS = "consents"
    """Twilio's Consents/Bulk."""


class Standing(NamedTuple):
    """What is known of a person in one scope."""

    state: Block
    source: str


class Step(NamedTuple):
    """A change of one scope."""

    scope: str
    change: Change
    source: Source
    keyword: str


@dataclass(frozen=True, slots=True)
class Verdict:
    word: Word | None = None
    reply: str | None = None
    steps: tuple[Step, ...] = ()
    always_replies: bool = False
    """Whether the reply goes out even when no step changes anything."""


SILENCE = Verdict()


def decide(heard: Heard, vocabulary: Vocabulary, standing: Mapping[str, Standing]) -> Verdict:
    """`standing` holds what is known of the person in the scopes concerned, and nothing where nothing is."""
    if heard.sender_kind == "short_code" and heard.service is None:
        return SILENCE
    found = vocabulary.find(heard.text, country=heard.country)
    if found is None:
        return _in_other_words(heard, vocabulary)
    match found.word:
        case Word.STOP:
            return _stop(heard, found.keyword, found.reply)
        case Word.START:
            return _start(heard, found.keyword, found.reply, standing, always=vocabulary.advanced)
        case Word.HELP:
            silent = any(one.state is Block.OPTED_OUT for one in standing.values())
            return Verdict(Word.HELP, None if silent else found.reply, always_replies=True)


def _in_other_words(heard: Heard, vocabulary: Vocabulary) -> Verdict:
    """Any reasonable means will do: plain words opt out as a keyword does, doubtful ones go to a human."""
    understood = understand(heard.text)
    if understood is None:
        return SILENCE
    rule = f"{understood.language}: {understood.rule}".removeprefix(": ")
    if understood.certainty is Certainty.UNSURE:
        return Verdict(steps=(Step(heard.scope, Change.REVIEW, Source.DOUBT, rule),))
    reply = vocabulary.reply_of(Word.STOP, country=heard.country, language=understood.language)
    return Verdict(Word.STOP, reply, (Step(heard.scope, Change.OPTED_OUT, Source.PHRASE, rule),))


def _stop(heard: Heard, keyword: str, reply: str) -> Verdict:
    usual = Step(heard.scope, Change.OPTED_OUT, Source.KEYWORD, keyword)
    if heard.sender_kind != "toll_free" or key_of(keyword) != NETWORK_STOP:
        return Verdict(Word.STOP, reply, (usual,))
    blocked = Step(heard.sender, Change.OPTED_OUT, Source.NETWORK, keyword)
    steps = (blocked,) if heard.service is None else (usual, blocked)
    return Verdict(Word.STOP, NETWORK_STOP_REPLY, steps)


def _start(
    heard: Heard, keyword: str, reply: str, standing: Mapping[str, Standing], *, always: bool
) -> Verdict:
    """Both the scope and the sender itself are freed: it is this sender that the person wants to hear."""
    of_network = key_of(keyword) in NETWORK_START
    if heard.sender_kind == "toll_free" and not of_network and standing:
        return SILENCE
    steps = tuple(
        Step(scope, Change.OPTED_IN, Source.KEYWORD, keyword)
        for scope in dict.fromkeys((heard.scope, heard.sender))
    )
    pair = standing.get(heard.sender)
    if heard.sender_kind == "toll_free" and pair is not None and pair.source == Source.NETWORK:
        reply = NETWORK_START_REPLY.format(key_of(keyword))
    return Verdict(Word.START, reply, steps, always_replies=always)
