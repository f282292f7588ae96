"""Who sends: an account's numbers, short codes and sender ids."""

from tidings.senders.carriers import carriers_of_senders
from tidings.senders.directory import Directory, own, sender_by_id, senders_of
from tidings.senders.sender import USUAL_MPS, Kind, Sender, kind_of

__all__ = [
    "USUAL_MPS",
    "Directory",
    "Kind",
    "Sender",
    "carriers_of_senders",
    "kind_of",
    "own",
    "sender_by_id",
    "senders_of",
]
