"""Where services and what hangs on them are found, and how a service in a path is read."""

from uuid import UUID

from tidings.kernel.sid import Sid
from tidings.web.api.request import Request

SERVICES = "/messaging/v1/Services"
OF_SERVICE = SERVICES + "/{ServiceSid}"


def service_in(request: Request) -> UUID | None:
    """The service that the path names; None when it is no SID of a service."""
    sid = Sid.parse(request.params["ServiceSid"], "MG")
    return None if sid is None else sid.uuid
