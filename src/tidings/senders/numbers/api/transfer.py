"""Handing a number to another account of the family: a parent account and its subaccounts."""

from uuid import UUID

from tidings.kernel.codes import INVALID_ACCOUNT_SID, NO_SUCH_ACCOUNT
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.runtime.database import Connection
from tidings.runtime.statements import Statements
from tidings.web.api.request import Request, last

SQL = Statements.beside(__file__)


async def family_of(connection: Connection, request: Request) -> UUID | Refused:
    """The account that a form's `AccountSid` names, or the present one. It must be the credential's own account
    or a subaccount of it, and active."""
    text = last(request.form, "AccountSid")
    if text is None:
        return request.caller.account
    sid = Sid.parse(text, "AC")
    if sid is None:
        return Refused.because(INVALID_ACCOUNT_SID)
    if sid.uuid == request.caller.account:
        return sid.uuid
    if not await SQL.value(connection, "is_of_family", request.caller.owner, sid.uuid):
        return Refused.because(NO_SUCH_ACCOUNT)
    return sid.uuid
