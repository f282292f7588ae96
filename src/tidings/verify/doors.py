"""The doors of Verify, with what stands behind them in a process."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from tidings.lookup.lookups import Lookups
from tidings.runtime.clock import Clock, Entropy
from tidings.runtime.database import Database
from tidings.runtime.secrets import Sealer
from tidings.senders import Directory
from tidings.senders.services import Services
from tidings.verify import api, roads_api, safe_list, settings_api
from tidings.verify.attempts import api as attempts_api
from tidings.verify.begin import Beginning
from tidings.verify.check import Checking
from tidings.verify.code import PURPOSE, CodeKey
from tidings.verify.configure import VerifyServices
from tidings.verify.factors import api as factors_api
from tidings.verify.fraud.guard import Guard
from tidings.verify.limits import api as limits_api
from tidings.verify.limits.count import RateLimits
from tidings.verify.mail import Mail
from tidings.verify.road import Accept, Road
from tidings.verify.start import Start
from tidings.verify.templates import api as templates_api
from tidings.verify.templates.keep import Templates
from tidings.verify.voice import Voice
from tidings.verify.webhooks import api as webhooks_api
from tidings.web.api.routes import Route


@asynccontextmanager
async def verify_doors(
    db: Database,
    *,
    sealer: Sealer,
    accept: Accept,
    services: Services,
    senders: Directory,
    lookups: Lookups,
    clock: Clock,
    entropy: Entropy,
    monotonic: Callable[[], float],
    mail: Mail | None = None,
    voice: Voice | None = None,
    trust_seconds: float = 5.0,
) -> AsyncIterator[Sequence[Route]]:
    """`sealer` has the home's key; `accept` is the one road out; `monotonic` a clock in seconds. Without `mail` no code
    goes by e-mail, without `voice` none is said by a call."""
    known = VerifyServices(db, monotonic=monotonic, trust_seconds=trust_seconds)
    codes = CodeKey(sealer.key_for(PURPOSE))
    beginning = Beginning(db, key=codes, entropy=entropy)
    checking = Checking(db, key=codes)
    road = Road(
        db,
        accept=accept,
        services=services,
        senders=senders,
        monotonic=monotonic,
        trust_seconds=trust_seconds,
    )
    guard = Guard(db, key=codes, entropy=entropy, monotonic=monotonic, trust_seconds=min(2.0, trust_seconds))
    start_one = Start(
        beginning=beginning,
        road=road,
        lookups=lookups,
        limits=RateLimits(db, key=codes, monotonic=monotonic, trust_seconds=trust_seconds),
        templates=Templates(db, monotonic=monotonic, trust_seconds=trust_seconds),
        guard=guard,
        mail=mail,
        voice=voice,
    )
    yield [
        *settings_api.routes(db=db, known=known, clock=clock, entropy=entropy),
        *api.routes(db=db, known=known, start_one=start_one, checking=checking, clock=clock),
        *limits_api.routes(db=db, clock=clock, entropy=entropy),
        *roads_api.routes(db=db, clock=clock),
        *safe_list.routes(db=db, clock=clock, entropy=entropy),
        *templates_api.routes(db=db),
        *attempts_api.routes(db=db),
        *webhooks_api.routes(db=db, known=known, clock=clock, entropy=entropy),
        *factors_api.routes(db=db, sealer=sealer, clock=clock, entropy=entropy),
    ]
    await beginning.close()
    await checking.close()
    await guard.close()
