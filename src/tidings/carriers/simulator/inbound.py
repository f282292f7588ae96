"""A person's message as a carrier hands it to its client: in parts with a header when it is long."""

from tidings.carriers.smpp.address import to_wire
from tidings.carriers.smpp.pdu import DeliverSm
from tidings.carriers.smpp.text import CODING_DEFAULT, CODING_UCS2, ESM_CLASS_UDHI
from tidings.kernel.gsm7 import encode_gsm7
from tidings.kernel.segments import Encoding, measure, split


def inbound_parts(*, source: str, destination: str, text: str, reference: int) -> list[DeliverSm]:
    """The deliver_sm of a text, in order. `reference` (0 to 255) is what a phone joins the parts by."""
    ucs2 = measure(text).encoding is Encoding.UCS2
    texts = split(text)
    source_ton, source_npi, source_digits = to_wire(source)
    destination_ton, destination_npi, destination_digits = to_wire(destination)

    def part(number: int, piece: str) -> DeliverSm:
        header = bytes((5, 0, 3, reference, len(texts), number)) if len(texts) > 1 else b""
        octets = piece.encode("utf-16-be", "surrogatepass") if ucs2 else encode_gsm7(piece)
        return DeliverSm(
            source=source_digits,
            destination=destination_digits,
            short_message=header + octets,
            esm_class=ESM_CLASS_UDHI if header else 0,
            data_coding=CODING_UCS2 if ucs2 else CODING_DEFAULT,
            source_ton=source_ton,
            source_npi=source_npi,
            destination_ton=destination_ton,
            destination_npi=destination_npi,
        )

    return [part(number, piece) for number, piece in enumerate(texts, 1)]
