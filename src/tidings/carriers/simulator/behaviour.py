"""What a simulated carrier does with a message: pure decisions from the message, the personality, its
draws and the faults in force. Nothing here knows a clock or a socket.
"""

from dataclasses import dataclass

from tidings.carriers.simulator.chance import NO_CHANCE, Chance, Draw, For
from tidings.carriers.simulator.magic import AFTER_DELIVERY_SECONDS, Magic, Opener, magic_of
from tidings.carriers.simulator.personality import Personality

LANDLINE = 30006
FILTERED = 30007


@dataclass(frozen=True, slots=True)
class Reply:
    """A person's answer, `after_seconds` from delivery."""

    text: str
    after_seconds: float


@dataclass(frozen=True, slots=True)
class Visit:
    """Someone opens every link of the text, `after_seconds` from delivery."""

    opener: Opener
    after_seconds: float


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a whole message. `code` is the error of an undelivered one, None when delivered."""

    code: int | None = None
    reply: Reply | None = None
    visit: Visit | None = None


DELIVERED = Fate()


@dataclass(frozen=True, slots=True)
class Course:
    """When one part is answered and its receipts leave, in seconds from its arrival.

    `delivered_seconds` is when its fate is sealed, receipt or not. `receipt_seconds` is empty when the
    receipt is lost, and may hold a time before `answer_seconds`: early receipts exist.
    """

    answer_seconds: float
    delivered_seconds: float
    receipt_seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ReceiptFaults:
    """What an ordered fault does to receipts and answers, on top of the personality."""

    late_seconds: float = 0.0
    lost: float = 0.0
    reordered: bool = False
    doubled: bool = False


NO_FAULTS = ReceiptFaults()


def fate_of(source: str, destination: str, text: str, *, personality: Personality, chance: Chance) -> Fate:
    """The fate of a whole message. A magic destination's fate is never left to chance."""
    magic = magic_of(destination)
    if magic is not None:
        return _fate_of_magic(magic)
    if personality.delivers_all:
        return DELIVERED
    number = destination.removeprefix("+")
    if _is_landline(number, personality, chance):
        return Fate(code=LANDLINE)
    draw = chance.draw(source, destination, text) if personality.draws_fate else NO_CHANCE
    if _is_filtered(text, personality, draw):
        return Fate(code=FILTERED)
    if personality.undelivered:
        code = _drawn_code(personality, draw)
        if code is not None:
            return Fate(code=code)
    if draw is NO_CHANCE:
        return DELIVERED
    return Fate(reply=_drawn_reply(personality, draw), visit=_drawn_visit(personality, draw))


def course_of(
    destination: str,
    mark: str | bytes,
    *,
    personality: Personality,
    chance: Chance,
    faults: ReceiptFaults = NO_FAULTS,
) -> Course:
    """The course of one part; `mark` tells it from the other parts to this destination."""
    magic = magic_of(destination)
    usual = usual_course(personality, faults)
    if usual is not None and magic is None:
        return usual
    draw = chance.draw("course", destination, mark) if usual is None else NO_CHANCE
    answer = personality.answer_seconds.at(draw.share(For.ANSWER_TIME)) + faults.late_seconds
    receipt = answer + personality.receipt_seconds.at(draw.share(For.RECEIPT_TIME))
    if magic is not None:
        return _magic_course(magic, answer=answer, receipt=receipt, draw=draw, faults=faults)
    delivered = receipt
    if draw.share(For.EARLY) < personality.early_receipts:
        receipt = 0.0
        answer = max(answer, EARLY_BY_SECONDS)
    if draw.share(For.REORDER) < personality.reordered_receipts or faults.reordered:
        receipt += draw.share(For.REORDER_TIME) * personality.reorder_seconds
    if draw.share(For.LOSS) < max(personality.lost_receipts, faults.lost):
        return Course(answer, delivered, ())
    doubled = draw.share(For.DOUBLE) < personality.doubled_receipts or faults.doubled
    return Course(answer, delivered, (receipt, receipt) if doubled else (receipt,))


def usual_course(personality: Personality, faults: ReceiptFaults) -> Course | None:
    """The course that every part takes but those to magic destinations; None when it is left to chance."""
    if personality.draws_times or faults.lost > 0.0 or faults.reordered:
        return None
    return _plain_course(personality, faults)


def _plain_course(personality: Personality, faults: ReceiptFaults) -> Course:
    answer = personality.answer_seconds.least + faults.late_seconds
    receipt = answer + personality.receipt_seconds.least
    return Course(answer, receipt, (receipt, receipt) if faults.doubled else (receipt,))


EARLY_BY_SECONDS = 0.05
"""How long the answer waits behind an early receipt."""


def _magic_course(
    magic: Magic, *, answer: float, receipt: float, draw: Draw, faults: ReceiptFaults
) -> Course:
    """The personality's delays hold for a magic destination, its whims do not; an ordered fault does."""
    if magic.receipt_seconds is not None:
        receipt = answer + magic.receipt_seconds
    if not magic.receipt or draw.share(For.LOSS) < faults.lost:
        return Course(answer, receipt, ())
    return Course(answer, receipt, (receipt, receipt) if faults.doubled else (receipt,))


def _fate_of_magic(magic: Magic) -> Fate:
    return Fate(
        code=magic.code,
        reply=Reply(magic.reply, AFTER_DELIVERY_SECONDS) if magic.reply else None,
        visit=Visit(magic.opener, AFTER_DELIVERY_SECONDS) if magic.opener else None,
    )


def _is_landline(number: str, personality: Personality, chance: Chance) -> bool:
    if personality.landline_prefixes and number.startswith(personality.landline_prefixes):
        return True
    if not personality.landlines:
        return False
    return chance.lasting("landline", number).share(For.OUTCOME) < personality.landlines


def _is_filtered(text: str, personality: Personality, draw: Draw) -> bool:
    if draw.share(For.FILTER) < personality.filtered:
        return True
    if personality.filtered_words:
        folded = text.casefold()
        if any(word in folded for word in personality.filtered_words):
            return True
    return any(pattern.search(text) for pattern in personality.filtered_patterns)


def _drawn_code(personality: Personality, draw: Draw) -> int | None:
    share = draw.share(For.OUTCOME)
    for code, of_all in personality.undelivered.items():
        if share < of_all:
            return code
        share -= of_all
    return None


def _drawn_reply(personality: Personality, draw: Draw) -> Reply | None:
    if draw.share(For.REPLY) >= personality.replies:
        return None
    texts = personality.reply_texts
    text = texts[int(draw.share(For.REPLY_TEXT) * len(texts))]
    return Reply(text, personality.reply_seconds.at(draw.share(For.REPLY_TIME)))


def _drawn_visit(personality: Personality, draw: Draw) -> Visit | None:
    share = draw.share(For.CLICK)
    after = personality.click_seconds.at(draw.share(For.CLICK_TIME))
    if share < personality.clicks:
        return Visit(Opener.PERSON, after)
    if share < personality.clicks + personality.previews:
        return Visit(Opener.PREVIEW_BOT, after)
    return None
