"""What breaks under a command, as a Fault: a database that does not answer, a schema of another release, a wrong key.

Roles and operators' commands alike end with it, so that nobody has to read a traceback for what is no fault of ours.
"""

import socket

import asyncpg

from tidings.cli.fault import Exit, Fault
from tidings.runtime.secrets import BadKey, Unsealable

UNREACHABLE = (ConnectionError, TimeoutError, socket.gaierror, asyncpg.PostgresConnectionError)
REFUSING = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.TooManyConnectionsError,
)
OTHER_SCHEMA = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.UndefinedFunctionError)

KEY_REMEDY = (
    "TIDINGS_SECRET_KEY, or the file that TIDINGS_SECRET_KEY_FILE names, is the key that the database was begun with: "
    "32 bytes in base64."
)


def fault_of(error: BaseException) -> Fault | None:
    """The Fault that tells what broke and what mends it; None for what nobody expected."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if isinstance(error, UNREACHABLE):
        return Fault(
            f"The database does not answer: {_said(error)}.",
            "Check that it runs, and TIDINGS_DATABASE_URL; `tidings doctor` looks closer.",
        )
    if isinstance(error, REFUSING):
        return Fault(
            f"The database refuses us: {_said(error)}.",
            "Check user, password and name in TIDINGS_DATABASE_URL.",
        )
    if isinstance(error, OTHER_SCHEMA):
        return Fault(
            f"The database's schema is not this release's: {_said(error)}.",
            "`tidings migrate` brings it to this release.",
        )
    if isinstance(error, BadKey):
        return Fault(f"The secret key is none: {error}.", KEY_REMEDY, Exit.WRONG_USE)
    if isinstance(error, Unsealable):
        return Fault(f"What is stored cannot be read: {error}.", KEY_REMEDY, Exit.WRONG_USE)
    return None


def _said(error: BaseException) -> str:
    return (str(error) or type(error).__name__).rstrip(".")
