"""Registration: what carriers want to know of a sender before it may text, and what follows while they do not."""

from tidings.senders.registration.gate import registration_gate
from tidings.senders.registration.standing import (
    NOT_REGISTERED,
    Registrations,
    Standing,
    registered_services,
)

__all__ = ["NOT_REGISTERED", "Registrations", "Standing", "registered_services", "registration_gate"]
