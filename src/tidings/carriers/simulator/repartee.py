"""How often a simulated person answers: not every word of a machine that answers too, or it never ends. Pure."""

PAUSE_SECONDS = 60.0
MOST_REMEMBERED = 100_000


class Repartee:
    """Who has answered whom of late; the oldest answers are forgotten first."""

    def __init__(self) -> None:
        self._answered: dict[tuple[str, str], float] = {}

    def may_answer(self, person: str, sender: str, *, now: float) -> bool:
        """Whether a person answers this sender now, which is then remembered: at most once a minute."""
        pair = (person, sender)
        last = self._answered.get(pair)
        if last is not None and now - last < PAUSE_SECONDS:
            return False
        self._answered.pop(pair, None)
        if len(self._answered) >= MOST_REMEMBERED:
            del self._answered[next(iter(self._answered))]
        self._answered[pair] = now
        return True
