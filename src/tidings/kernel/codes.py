"""The error catalogue: Twilio's numbers and texts, with the HTTP status and how long each lasts.

The table is `data/codes.csv`. Domain code names a code; only the doors turn it into a status and a body.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from string import Formatter
from types import MappingProxyType

from tidings.data import tables


class Lasting(Enum):
    PERMANENT = "permanent"
    """This request or this recipient will not do, however often it is tried."""
    TRANSIENT = "transient"
    """May go well later, slower, or by another sender."""
    CONFIGURATION = "configuration"
    """Goes well once the account, the sender or a registration is mended."""
    WARNING = "warning"
    """Nothing was refused."""


class SeenOn(Enum):
    CALL = "call"
    MESSAGE = "message"
    NOTIFICATION = "notification"
    LOOKUP = "lookup"


class Ending(Enum):
    """The status of a message that ends with a code."""

    FAILED = "failed"
    """It never left the platform."""
    UNDELIVERED = "undelivered"
    """The carrier or the handset said no."""


@dataclass(frozen=True, slots=True)
class Code:
    number: int
    text: str
    status: int
    """HTTP status of a call that is refused with this code; 400 where no other is known."""
    lasting: Lasting
    seen_on: SeenOn
    ends_as: Ending | None
    wording: str
    """The sentence of a refused call, with the fields that `about` fills; the text where none is known."""
    note: str = ""

    @property
    def fields(self) -> frozenset[str]:
        """Names of the values that the wording holds."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.wording) if name)

    @property
    def more_info(self) -> str:
        return f"https://www.twilio.com/docs/errors/{self.number}"

    def about(self, **values: object) -> str:
        """The wording with its values; without any, a wording that needs some gives way to the plain text.

        Raises KeyError when some but not all values of the wording are given."""
        if not values and self.fields:
            return self.text
        return self.wording.format_map(values)


def _read() -> Mapping[int, Code]:
    catalogue = {}
    for row in tables.rows("codes.csv"):
        number = int(row["number"])
        catalogue[number] = Code(
            number=number,
            text=row["text"],
            status=int(row["http_status"] or 400),
            lasting=Lasting(row["lasting"]),
            seen_on=SeenOn(row["seen_on"]),
            ends_as=Ending(row["ends_as"]) if row["ends_as"] else None,
            wording=row["wording"] or row["text"],
            note=row["note"],
        )
    return MappingProxyType(catalogue)


CODES: Mapping[int, Code] = _read()

# The door: who asks, and for what.
UNKNOWN_PARAMETERS = CODES[20001]
NOT_AUTHENTICATED = CODES[20003]
METHOD_NOT_ALLOWED = CODES[20004]
ACCOUNT_NOT_ACTIVE = CODES[20005]
ACCESS_DENIED = CODES[20006]
PAGE_SIZE_TOO_LARGE = CODES[20007]
TEST_CREDENTIALS = CODES[20008]
NOT_COMPLETE = CODES[20009]
FORBIDDEN = CODES[20403]
NOT_FOUND = CODES[20404]
CONFLICT = CODES[20409]
INVALID_PARAMETER = CODES[20422]
INVALID_SID = CODES[20423]
TOO_MANY_REQUESTS = CODES[20429]
INTERNAL_ERROR = CODES[20500]
SERVICE_UNAVAILABLE = CODES[20503]

# Creating a message.
INVALID_TO = CODES[21211]
INVALID_FROM = CODES[21212]
REGION_NOT_ENABLED = CODES[21408]
BODY_REQUIRED = CODES[21602]
FROM_REQUIRED = CODES[21603]
TO_REQUIRED = CODES[21604]
FROM_NOT_CAPABLE = CODES[21606]
INVALID_STATUS_CALLBACK = CODES[21609]
OPTED_OUT = CODES[21610]
QUEUE_FULL = CODES[21611]
TO_NOT_REACHABLE = CODES[21612]
TO_NOT_MOBILE = CODES[21614]
BODY_TOO_LONG = CODES[21617]
BODY_CANNOT_BE_SENT = CODES[21618]
NOTHING_TO_SEND = CODES[21619]
INVALID_MEDIA_URL = CODES[21620]
FROM_NOT_MMS_CAPABLE = CODES[21621]
MMS_NOT_ENABLED = CODES[21622]
TOO_MANY_MEDIA = CODES[21623]
INVALID_VALIDITY_PERIOD = CODES[21624]
INVALID_MAX_PRICE = CODES[21627]
TO_IS_LANDLINE = CODES[21635]
CONTENT_SID_REQUIRED = CODES[21654]
INVALID_CONTENT_SID = CODES[21655]
INVALID_CONTENT_VARIABLES = CODES[21656]
INVALID_SENDER_ID = CODES[21657]
PARAMETER_TOO_LONG = CODES[21658]
FROM_NOT_OWNED = CODES[21659]
FROM_OF_ANOTHER_ACCOUNT = CODES[21660]
FROM_NOT_SMS_CAPABLE = CODES[21661]
SERVICE_NOT_FOUND = CODES[21701]
SERVICE_HAS_NO_SENDER = CODES[21703]
SERVICE_IS_EMPTY = CODES[21704]
INVALID_SERVICE = CODES[21705]
MIXED_CHANNELS = CODES[21910]
INVALID_CONTENT_RETENTION = CODES[30029]
INVALID_ADDRESS_RETENTION = CODES[30030]
NOT_CANCELABLE = CODES[30409]
SEND_AT_REQUIRED = CODES[35111]
INVALID_SEND_AT = CODES[35114]
SCHEDULE_NEEDS_SERVICE = CODES[35118]
TOO_MANY_SCHEDULED = CODES[35125]
INVALID_SCHEDULE_TYPE = CODES[35126]

# Numbers, codes and their services.
INVALID_FRIENDLY_NAME = CODES[20002]
INVALID_URL = CODES[21402]
INVALID_METHOD = CODES[21403]
INVALID_APPLICATION = CODES[21420]
INVALID_NUMBER = CODES[21421]
NUMBER_NOT_AVAILABLE = CODES[21422]
INVALID_AREA_CODE = CODES[21451]
AREA_CODE_IS_EMPTY = CODES[21452]
AREA_CODE_NOT_SUPPORTED = CODES[21457]
NUMBER_OF_ANOTHER_KIND = CODES[21458]
INVALID_ACCOUNT_SID = CODES[21470]
NO_SUCH_ACCOUNT = CODES[21471]
ALPHA_SENDER_MISSING = CODES[21708]
INVALID_ALPHA_SENDER = CODES[21709]
ALREADY_IN_SERVICE = CODES[21710]
NOT_IN_SERVICE = CODES[21711]
IN_ANOTHER_SERVICE = CODES[21712]
INVALID_USECASE = CODES[21713]
POOL_FULL = CODES[21714]
DATE_TOO_OLD = CODES[30113]
DATE_NOT_YET = CODES[30114]
INVALID_DATE = CODES[30115]

# How a message ends.
QUEUE_OVERFLOW = CODES[30001]
ACCOUNT_SUSPENDED = CODES[30002]
UNREACHABLE_HANDSET = CODES[30003]
MESSAGE_BLOCKED = CODES[30004]
UNKNOWN_HANDSET = CODES[30005]
LANDLINE = CODES[30006]
MESSAGE_FILTERED = CODES[30007]
UNKNOWN_ERROR = CODES[30008]
CARRIER_CONGESTED = CODES[30017]
RATE_EXCEEDED = CODES[30022]
DAILY_CAP_REACHED = CODES[30023]
NOT_PROVISIONED = CODES[30024]
TMOBILE_CAP_HALF = CODES[30025]
TMOBILE_CAP_MOSTLY = CODES[30026]
TMOBILE_CAP_REACHED = CODES[30027]
VALIDITY_EXPIRED = CODES[30036]
NO_COMPLIANT_WINDOW = CODES[30047]
PROVIDER_TIMEOUT = CODES[30410]

# Callbacks.
HTTP_RETRIEVAL_FAILURE = CODES[11200]
HTTP_CONNECTION_FAILURE = CODES[11205]
HTTP_PROTOCOL_VIOLATION = CODES[11206]
HTTP_BAD_HOST_NAME = CODES[11210]
HTTP_TOO_MANY_REDIRECTS = CODES[11215]
HTTP_INVALID_REDIRECT = CODES[11216]
HTTP_ERROR_RESPONSE = CODES[11217]
TLS_HANDSHAKE_ERROR = CODES[11220]

# Answers to inbound messages.
ANSWER_TOO_LARGE = CODES[11750]
ANSWER_NOT_XML = CODES[12100]
ANSWER_NOT_IN_SCHEMA = CODES[12200]
ANSWER_OF_WRONG_TYPE = CODES[12300]
REPLY_TO_INVALID = CODES[14101]
REPLY_BODY_INVALID = CODES[14103]
REPLY_METHOD_INVALID = CODES[14104]
REPLIES_TOO_FAST = CODES[14107]
REPLY_FROM_NOT_CAPABLE = CODES[14108]
REPLY_VERB_INVALID = CODES[14110]
