"""What a query for available numbers asks for. Pure."""

import re

from tidings.kernel.codes import INVALID_AREA_CODE
from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import PhoneNumber
from tidings.senders.stock import (
    DEFAULT_DISTANCE_MILES,
    LARGEST_DISTANCE_MILES,
    Line,
    Place,
    Wanted,
    pattern_of,
)
from tidings.web.api.forms import invalid, truth, whole_number
from tidings.web.api.request import Form, last

AREA_CODE_COUNTRIES = frozenset({"US", "CA"})
_AREA_CODE = re.compile(r"[2-9][0-9]{2}", re.ASCII)
_DEGREES = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,12})?", re.ASCII)
_CAPABILITIES = ("SmsEnabled", "MmsEnabled", "VoiceEnabled", "FaxEnabled")
_EXCLUSIONS = (
    "Beta",
    "ExcludeAllAddressRequired",
    "ExcludeLocalAddressRequired",
    "ExcludeForeignAddressRequired",
)


def wanted_of(query: Form, country: str, line: Line) -> Wanted | Refused:
    """All but where it is to be near. Numbers of the stock are none of them new to the network, and need no
    address, so that what would leave such numbers out is only checked."""
    asked: dict[str, bool | None] = {}
    for key in (*_CAPABILITIES, *_EXCLUSIONS):
        text = last(query, key)
        asked[key] = None if text is None else truth(text)
        if text is not None and asked[key] is None:
            return invalid(key, "must be true or false")
    area_code = last(query, "AreaCode")
    if area_code is not None and (country not in AREA_CODE_COUNTRIES or not _AREA_CODE.fullmatch(area_code)):
        return Refused.because(INVALID_AREA_CODE)
    contains = last(query, "Contains")
    pattern = None if contains is None else pattern_of(contains)
    if contains is not None and pattern is None:
        return invalid("Contains", "must be 2 to 16 digits, letters or *")
    distance = _distance(query)
    if isinstance(distance, Refused):
        return distance
    return Wanted(
        country=country,
        line=line,
        area_code=area_code,
        contains=pattern,
        sms=asked["SmsEnabled"],
        mms=asked["MmsEnabled"],
        voice=asked["VoiceEnabled"],
        fax=asked["FaxEnabled"],
        distance_miles=distance,
        region=last(query, "InRegion"),
        locality=last(query, "InLocality"),
        postal_code=last(query, "InPostalCode"),
        rate_center=last(query, "InRateCenter"),
        lata=last(query, "InLata"),
    )


def near_of(query: Form, country: str) -> Place | PhoneNumber | Refused | None:
    """The place that numbers shall be near, or the number near whose place they shall be."""
    position, number = last(query, "NearLatLong"), last(query, "NearNumber")
    if position is None and number is None:
        return None
    if country not in AREA_CODE_COUNTRIES:
        return invalid("NearNumber" if position is None else "NearLatLong", "is known in US and CA only")
    if position is not None:
        degrees = [text.strip() for text in position.split(",")]
        if len(degrees) != 2 or not all(_DEGREES.fullmatch(text) for text in degrees):
            return invalid("NearLatLong", "must be latitude,longitude in degrees")
        place = Place(float(degrees[0]), float(degrees[1]))
        if abs(place.latitude) > 90 or abs(place.longitude) > 180:
            return invalid("NearLatLong", "must be latitude,longitude in degrees")
        return place
    return PhoneNumber.parse(number or "") or invalid("NearNumber", "must be a number in E.164")


def _distance(query: Form) -> int | Refused:
    text = last(query, "Distance")
    if text is None:
        return DEFAULT_DISTANCE_MILES
    miles = whole_number(text)
    if miles is None or not 0 <= miles <= LARGEST_DISTANCE_MILES:
        return invalid("Distance", f"must be 0 to {LARGEST_DISTANCE_MILES} miles")
    return miles
