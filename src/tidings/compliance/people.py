"""Many people as one statement takes them: texts rather than arrays, since asyncpg looks at each element of an array,
which costs more than all else where hundreds are asked about."""

from collections.abc import Iterable, Sequence
from uuid import UUID


def as_lines(people: Iterable[tuple[UUID, str]]) -> tuple[list[UUID], str, str]:
    """Their accounts, each once; and a line for each person with the place of theirs among these, and one with the
    address."""
    accounts: dict[int, int] = {}
    places, addresses = [], []
    last: UUID | None = None
    place = 0
    for account, address in people:
        if account is not last:
            last = account
            place = accounts.setdefault(account.int, len(accounts) + 1)
        places.append(place)
        addresses.append(address)
    return [UUID(int=one) for one in accounts], "\n".join(map(str, places)), "\n".join(addresses)


def by_account(people: Sequence[tuple[UUID, str]]) -> dict[UUID, dict[str, list[int]]]:
    """The places in the list of each address, account by account: a statement that names one account costs a fifth less
    than one that pairs each person with theirs."""
    found: dict[UUID, dict[str, list[int]]] = {}
    last: UUID | None = None
    addresses: dict[str, list[int]] = {}
    for n, (account, address) in enumerate(people):
        if account is not last:
            last, addresses = account, found.setdefault(account, {})
        places = addresses.get(address)
        if places is None:
            addresses[address] = [n]
        else:
            places.append(n)
    return found
