"""Turns: who is next among the flows of one priority of one lane.

Start-time fair queueing (Goyal, Vin, Cheng 1996). Virtual time is counted in segments; a flow is a campaign,
or whatever else should get an equal part of its priority. Accepting does this in SQL; these functions are the
rule that it must agree with.
"""

from __future__ import annotations

from collections.abc import Iterable


def turn_of(lane_turn: int, flow_finish: int | None) -> int:
    """The turn of a flow's next message: its start in virtual time.

    `lane_turn` is the turn of the last message that left in this lane and priority; `flow_finish` the finish
    of the flow's last accepted message, None for a flow that never sent. A flow that was silent starts at the
    lane's turn: it gains no credit for its silence.
    """
    return lane_turn if flow_finish is None or flow_finish < lane_turn else flow_finish


def finish_of(turn: int, segments: int) -> int:
    """The flow's finish after a message of `segments` that starts at `turn`."""
    return turn + segments


def segments_ahead(lane_turn: int, *, flow_finish: int | None, finishes: Iterable[int]) -> int:
    """How many segments of its priority leave before a flow's next message.

    `finishes` are those of all flows of the priority that have messages waiting, its own among them. A flow
    that comes new to a long queue of another is served in turn with it, so it has far fewer ahead than wait.
    """
    turn = turn_of(lane_turn, flow_finish)
    return sum(max(0, min(finish, turn) - lane_turn) for finish in finishes)
