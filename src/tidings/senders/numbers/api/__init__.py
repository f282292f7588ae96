"""Numbers and short codes in the 2010-04-01 API: IncomingPhoneNumbers, AvailablePhoneNumbers, SMS/ShortCodes."""

from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database
from tidings.senders.numbers.api import available, incoming, short_codes
from tidings.senders.stock import Stock
from tidings.web.api.routes import Route


def routes(
    *, db: Database, stock: Stock, clock: Clock, entropy: Entropy, carry: incoming.Carry
) -> list[Route]:
    return [
        *incoming.routes(db=db, stock=stock, clock=clock, entropy=entropy, carry=carry),
        *available.routes(db=db, stock=stock),
        *short_codes.routes(db=db, clock=clock),
    ]
