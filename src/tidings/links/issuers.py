"""Where certificates of brand domains are got, as a process is configured."""

from collections.abc import Callable

from tidings.config import Config
from tidings.links.acme import AcmeIssuer
from tidings.links.issuer import Issuer, WebIssuer
from tidings.runtime.http import HttpClient
from tidings.runtime.secrets import Sealer


def certificate_issuer(config: Config, sealer: Callable[[], Sealer]) -> Callable[[HttpClient], Issuer] | None:
    """The connector from which managed certificates are got, if any is set up: the operator named where it asks."""
    if (directory := config.acme_directory) is not None:
        return lambda http: AcmeIssuer(
            http, directory, seed=sealer().key_for("acme account"), contact=config.acme_contact
        )
    if (url := config.certificate_issuer) is not None:
        return lambda http: WebIssuer(http, url)
    return None
