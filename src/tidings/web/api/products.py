"""Twilio's products: the host name of each, and the beginning of its paths here.

Twilio gives a product a host (`messaging.twilio.com/v1/Services`); Tidings has one host, so a direct caller
finds the same under the product's name (`/messaging/v1/Services`). The 2010-04-01 API stands at the root.
"""

from tidings.web.api.request import Request

PRODUCTS = frozenset(
    {"accounts", "content", "events", "lookups", "messaging", "monitor", "pricing", "verify"}
)
_TWILIO = ".twilio.com"
_CORE = "api"


def product_of(host: str) -> str | None:
    """The product that a Host header names, edge and region left aside; None for any host but Twilio's own."""
    name = host.partition(":")[0].lower().rstrip(".")
    product = name.partition(".")[0]
    return product if product in PRODUCTS and name.endswith(_TWILIO) else None


def path_here(host: str, path: str) -> str:
    """The path under which a request is answered: with the product's name first where its host says which."""
    product = product_of(host)
    return path if product is None else f"/{product}{path}"


def own_url(request: Request, path: str) -> str:
    """The absolute URL of a path of ours, by the scheme and the host by which the caller came.

    Who came by one of Twilio's hosts gets the host of the product that the path belongs to. Nobody else is
    ever told a host of Twilio's: the official SDK would follow it, with credentials, to the real one."""
    host = request.host
    name, colon, port = host.partition(":")
    _first, _, rest = name.partition(".")
    if not f".{rest}".lower().rstrip(".").endswith(_TWILIO):
        return f"{request.scheme}://{host}{path}"
    product = path.split("/", 2)[1]
    if product in PRODUCTS:
        return f"{request.scheme}://{product}.{rest}{colon}{port}{path.removeprefix(f'/{product}')}"
    if path.startswith("/2010-04-01/"):
        return f"{request.scheme}://{_CORE}.{rest}{colon}{port}{path}"
    return f"{request.scheme}://{host}{path}"
