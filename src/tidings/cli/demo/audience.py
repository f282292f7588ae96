"""Whom the demo writes to and what: a mixed audience, the simulator's magic numbers among it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

# The simulator acts on a destination's last four digits: these it does not deliver, with the code it gives.
UNDELIVERED: Mapping[str, int] = {"0001": 30006, "0003": 30003, "0005": 30005, "0007": 30007, "0008": 30008}
NO_RECEIPT = "0010"
BAD_DESTINATION = "0021"
MAGIC = (*UNDELIVERED, NO_RECEIPT, BAD_DESTINATION)
ONE_IN = 25
"""So many people share one with a magic number."""
ORDINARY_LAST_FOUR = (1_000, 9_999)

COUNTRIES = ("+1212555", "+1303555", "+1415555", "+1617555", "+3161234", "+44740012")
"""Everything but the last four digits; each prefix makes a whole, valid number with them."""

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


def letters(count: int, *, random: Random) -> Iterator[Letter]:
    """So many letters, the same ones for the same seed. Numbers may come again; texts have a number in them."""
    for number in range(count):
        country = random.choice(COUNTRIES)
        magic = random.randrange(ONE_IN) == 0
        last_four = random.choice(MAGIC) if magic else f"{random.randint(*ORDINARY_LAST_FOUR):04d}"
        text = random.choices(TEXTS, WEIGHTS)[0]
        yield Letter(country + last_four, text.format(name=random.choice(NAMES), number=100_000 + number))
