"""What a dispatcher believes of carriers: what all of them know, and its own evidence that they lack as yet. Pure."""

from collections.abc import Iterable, Mapping

from tidings.carriers.health import Health

Key = tuple[str, str, str]
"""Carrier, sender, and place: a network, or a country while that is unknown."""
NOTHING_LEFT = 0.01
"""Messages' worth of evidence below which a belief is forgotten."""


class Beliefs:
    """Evidence is noted as it comes, and becomes belief when it is learnt: so a message costs two additions."""

    def __init__(self) -> None:
        self._healths: dict[Key, Health] = {}
        self._noted: dict[Key, list[float]] = {}
        self._unsaved: dict[Key, list[float]] = {}

    def of(self, key: Key) -> Health:
        return self._healths.get(key) or Health()

    def note(self, key: Key, good: float, bad: float) -> None:
        """A message fared well, or badly."""
        _add(self._noted, key, good, bad)

    def learn(self, now: float) -> None:
        """What was noted becomes part of the beliefs."""
        for key, (good, bad) in self._noted.items():
            self._healths[key] = (self._healths.get(key) or Health(at=now)).told(good=good, bad=bad, at=now)
            _add(self._unsaved, key, good, bad)
        self._noted.clear()

    def take_unsaved(self) -> dict[Key, list[float]]:
        """Evidence that was learnt and that others do not have: whoever takes it keeps it, or puts it back."""
        taken, self._unsaved = self._unsaved, {}
        return taken

    def put_back(self, evidence: Mapping[Key, Iterable[float]]) -> None:
        for key, (good, bad) in evidence.items():
            _add(self._unsaved, key, good, bad)

    def share(self, known: Mapping[Key, Health], *, now: float) -> None:
        """What all dispatchers together believe, in place of what was believed here; what is unsaved counts on top.
        What has faded away is forgotten."""
        for key, health in known.items():
            good, bad = self._unsaved.get(key, (0.0, 0.0))
            self._healths[key] = health.told(good=good, bad=bad, at=now)
        for key, health in list(self._healths.items()):
            left = health.faded(now)
            if left.good + left.bad < NOTHING_LEFT:
                del self._healths[key]


def _add(evidence: dict[Key, list[float]], key: Key, good: float, bad: float) -> None:
    noted = evidence.get(key)
    if noted is None:
        evidence[key] = [good, bad]
    else:
        noted[0] += good
        noted[1] += bad
