"""Entities, factors and challenges as the API shows them. Pure."""

from collections.abc import Mapping
from typing import Any

from tidings.kernel.instant import Instant, iso8601
from tidings.kernel.sid import Sid


def entity_view(row: Mapping[str, Any], *, url: str) -> dict[str, Any]:
    """`url` is the thing's own in each of these."""
    return {
        "sid": str(Sid("YE", row["id"])),
        "identity": row["identity"],
        "account_sid": str(Sid("AC", row["account"])),
        "service_sid": str(Sid("VA", row["service"])),
        "date_created": iso8601(row["created_at"]),
        "date_updated": iso8601(row["updated_at"]),
        "url": url,
        "links": {
            "factors": f"{url}/Factors",
            "new_factors": f"{url}/Factors",
            "challenges": f"{url}/Challenges",
        },
    }


def factor_view(row: Mapping[str, Any], *, identity: str, url: str) -> dict[str, Any]:
    return {
        "sid": str(Sid("YF", row["id"])),
        "account_sid": str(Sid("AC", row["account"])),
        "service_sid": str(Sid("VA", row["service"])),
        "entity_sid": str(Sid("YE", row["entity"])),
        "identity": identity,
        "date_created": iso8601(row["created_at"]),
        "date_updated": iso8601(row["updated_at"]),
        "friendly_name": row["friendly_name"],
        "status": row["status"],
        "factor_type": "totp",
        "config": {
            "alg": row["alg"],
            "skew": row["skew"],
            "code_length": row["code_length"],
            "time_step": row["time_step"],
        },
        "metadata": row["metadata"],
        "url": url,
    }


def challenge_view(row: Mapping[str, Any], *, identity: str, url: str, now: Instant) -> dict[str, Any]:
    return {
        "sid": str(Sid("YC", row["id"])),
        "account_sid": str(Sid("AC", row["account"])),
        "service_sid": str(Sid("VA", row["service"])),
        "entity_sid": str(Sid("YE", row["entity"])),
        "identity": identity,
        "factor_sid": str(Sid("YF", row["factor"])),
        "date_created": iso8601(row["created_at"]),
        "date_updated": iso8601(row["updated_at"]),
        "date_responded": _date(row["responded_at"]),
        "expiration_date": iso8601(row["expires_at"]),
        "status": status_of(row["status"], row["expires_at"], now),
        "responded_reason": "none",
        "details": row["details"],
        "hidden_details": row["hidden_details"],
        "metadata": row["metadata"],
        "factor_type": "totp",
        "url": url,
        "links": {"notifications": f"{url}/Notifications"},
    }


def status_of(status: str, expires_at: Instant, now: Instant) -> str:
    return "expired" if status == "pending" and expires_at <= now else status


def _date(at: Instant | None) -> str | None:
    return None if at is None else iso8601(at)
