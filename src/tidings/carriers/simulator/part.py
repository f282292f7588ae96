"""One submit_sm as the simulated carrier keeps it."""

from dataclasses import dataclass

from tidings.carriers.simulator.behaviour import Course


@dataclass(slots=True)
class Part:
    """An accepted submit_sm. Numbers are kept as they came, with their types of number and plan.

    `arrived_at` is in epoch seconds, `began` the same instant on the loop's clock, `octets` the user data
    without its header. `registered` is registered_delivery. The code is set when the fate is known.
    """

    message_id: str
    source: str
    destination: str
    kinds: tuple[int, int, int, int]
    octets: bytes
    data_coding: int
    registered: int
    arrived_at: float
    began: float
    course: Course
    code: int | None = None
