"""Whom the demo writes to and what: a mixed audience, the simulator's magic numbers among it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

# The simulator acts on a destination's last four digits: these it does not deliver, with the code it gives.
UNDELIVERED: Mapping[str, int] = {"0001": 30006, "0003": 30003, "0005": 30005, "0007": 30007, "0008": 30008}
NO_RECEIPT = "0010"
BAD_DESTINATION = "0021"
SUPPRESSED = ("0001", "0005", BAD_DESTINATION)
"""Of these a carrier says what will not change."""
MAGIC = (*UNDELIVERED, NO_RECEIPT, BAD_DESTINATION)
ONE_IN = 25
"""So many people share one with a magic number."""
ORDINARY_LAST_FOUR = (1_000, 9_999)

ANSWERS: Mapping[str, str] = {
    "0030": "STOP",
    "0031": "START",
    "0032": "HELP",
    "0033": "Please take me off your list",
}
"""These people answer a second after they got a message."""
LEAVING = ("0030", "0033")
"""And these want no more of them."""
UNANSWERED = ("0031",)
"""Who asks for what he has gets no answer."""
ANSWER_ONE_IN = 20
AREAS = (
    *(
        201,
        202,
        203,
        205,
        206,
        207,
        208,
        209,
        210,
        213,
        214,
        215,
        216,
        217,
        218,
        219,
        220,
        223,
        224,
        225,
        228,
        229,
    ),
    *(
        231,
        234,
        239,
        240,
        248,
        251,
        252,
        253,
        254,
        256,
        260,
        262,
        267,
        269,
        270,
        272,
        276,
        281,
        301,
        302,
        304,
        305,
    ),
    *(307, 308, 309, 310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 325, 330, 331, 334, 336),
)
"""Nobody who answers is written to twice: there is one of each kind in each of these area codes."""

PREFIXES = ("+1212555", "+1303555", "+1415555", "+1617555", "+3161234", "+44740012")
"""Everything but the last four digits; each makes a whole, valid number with them."""
PREFIX_WEIGHTS = (25, 24, 25, 24, 1, 1)
"""A US short code reaches nobody abroad: few people there, so that the slower long code gets through with them."""

TEXTS = (
    "Hi {name}, your parcel {number} is out for delivery today between 2 and 4 pm.",
    "{name}, your one-time code is {number}. It is valid for ten minutes.",
    "Grüße {name}! Ihr Termin am Montag um {number} ist bestätigt.",
    "Thanks {name} 🎉 your order {number} is confirmed.",
    "Hello {name}, this is a reminder that your appointment is tomorrow at nine. Please arrive ten minutes early "
    "and bring your insurance card. Reply C to confirm, or call us on {number} if you would rather come another day.",
    "Dear {name}, dein Paket {number} liegt für dich bereit 📦 und wartet bis Samstag auf dich. Bitte bring einen "
    "Ausweis mit.",
)
WEIGHTS = (40, 25, 10, 10, 10, 5)
NAMES = ("Ana", "Ben", "Chloé", "Dmitri", "Elif", "Femi", "Grace", "Hiro", "Ines", "Jonas")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to send, and what shall become of it."""

    to: str
    body: str

    @property
    def undelivered_code(self) -> int | None:
        return UNDELIVERED.get(self.to[-4:])

    @property
    def ends(self) -> bool:
        """Whether the carrier ever says what became of it."""
        return not self.to.endswith(NO_RECEIPT)

    @property
    def is_delivered(self) -> bool:
        return self.to[-4:] not in MAGIC

    @property
    def answer(self) -> str | None:
        """What the person writes back."""
        return ANSWERS.get(self.to[-4:])

    @property
    def is_answered(self) -> bool:
        """Whether what the person writes has an automatic answer."""
        return self.answer is not None and self.to[-4:] not in UNANSWERED

    @property
    def leaves(self) -> bool:
        """Whether that is a wish not to be written to any more."""
        return self.to[-4:] in LEAVING


def letters(count: int, *, random: Random) -> Iterator[Letter]:
    """So many letters, the same ones for the same seed. Numbers may come again, but for those that are not written to a
    second time once a carrier has said why; texts have a number in them."""
    written: set[str] = set()
    for number in range(count):
        to = _who_answers(number) or _who_does_not(random)
        while to in written:
            to = _who_does_not(random)
        if to.endswith(SUPPRESSED):
            written.add(to)
        text = random.choices(TEXTS, WEIGHTS)[0]
        yield Letter(to, text.format(name=random.choice(NAMES), number=100_000 + number))


def _who_answers(number: int) -> str | None:
    if number % ANSWER_ONE_IN != ANSWER_ONE_IN // 2:
        return None
    area, kind = divmod(number // ANSWER_ONE_IN, len(ANSWERS))
    return f"+1{AREAS[area]}555{list(ANSWERS)[kind]}" if area < len(AREAS) else None


def _who_does_not(random: Random) -> str:
    prefix = random.choices(PREFIXES, PREFIX_WEIGHTS)[0]
    magic = random.randrange(ONE_IN) == 0
    return prefix + (random.choice(MAGIC) if magic else f"{random.randint(*ORDINARY_LAST_FOUR):04d}")
