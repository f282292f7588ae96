"""The routes of the certificates of brand domains, as a process is configured."""

from tidings.config import Config
from tidings.links import certificates_api
from tidings.runtime.clock import system_clock, system_entropy
from tidings.runtime.database import Database
from tidings.runtime.secrets import Sealer
from tidings.web.api.routes import Route


def certificate_routes(config: Config, db: Database, sealer: Sealer) -> list[Route]:
    return certificates_api.routes(
        db=db,
        sealer=sealer,
        issuer=config.acme_directory or config.certificate_issuer,
        target=config.links_host,
        clock=system_clock,
        entropy=system_entropy,
    )
