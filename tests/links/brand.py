"""An account with a service on a domain of its own, on a home's API."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from tests.api_home import ApiHome, now

from tidings.accounts import Opened
from tidings.kernel.instant import Instant
from tidings.kernel.sid import Sid, bucket_of, mint
from tidings.links.domains import add_domain, join_service
from tidings.links.shorten import CODE_LENGTH, links_in
from tidings.runtime.outbox import NewFact, append

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
PREVIEW = "facebookexternalhit/1.1 Facebot Twitterbot/1.0"
HOST = "go.example.com"
DESTINATION = "https://shop.example/spring?a=b&c=%2F"


class Brand:
    """An account with a service that has a domain."""

    def __init__(self, home: ApiHome, shop: Opened, service: str, domain: UUID) -> None:
        self.home, self.shop, self.service, self.domain = home, shop, service, domain

    @classmethod
    async def open(cls, home: ApiHome) -> "Brand":
        shop = await home.open_account()
        await home.give_sender(shop, "+14155550100", mps=100)
        service = await home.ask("POST", "/messaging/v1/Services", as_=shop, form={"FriendlyName": "x"})
        sid = service.body["sid"]
        async with home.db.connection() as connection:
            [number] = await connection.fetch("select id from senders where account = $1", shop.account.id)
            domain = await add_domain(
                connection, shop.account.id, HOST, id=mint(now(), bytes(range(10)), 0), now=now()
            )
            assert domain is not None
            parsed = Sid.parse(sid, "MG")
            assert parsed is not None
            assert await join_service(connection, shop.account.id, domain.id, parsed.uuid, now=now())
        pool = f"/messaging/v1/Services/{sid}/PhoneNumbers"
        await home.ask("POST", pool, as_=shop, form={"PhoneNumberSid": str(Sid("PN", number["id"]))})
        return cls(home, shop, sid, domain.id)

    async def configure(self, **form: str) -> Any:
        path = f"/messaging/v1/LinkShortening/Domains/{Sid('DN', self.domain)}/Config"
        return await self.home.ask("POST", path, as_=self.shop, form=form)

    async def send(self, body: str, **form: str) -> Any:
        told = {
            "To": "+14155550199",
            "MessagingServiceSid": self.service,
            "ShortenUrls": "true",
            "Body": body,
        }
        path = f"/2010-04-01/Accounts/{self.shop.sid}/Messages.json"
        return await self.home.ask("POST", path, as_=self.shop, form=told | form)

    async def text_of(self, sent: Any) -> str:
        path = f"/2010-04-01/Accounts/{self.shop.sid}/Messages/{sent.body['sid']}.json"
        text: str = (await self.home.ask("GET", path, as_=self.shop)).body["body"]
        return text

    async def code(self) -> str:
        return (await self.text_of(await self.send(DESTINATION)))[-CODE_LENGTH:]

    async def follow(self, path: str, *, method: str = "GET", host: str = HOST, **headers: str) -> Any:
        url = self.home.base_url + path
        told = {"Host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.home.session.request(method, url, headers=told, allow_redirects=False) as answer:
            return answer.status, answer.headers, await answer.text()

    async def rows(self, table: str) -> list[Any]:
        async with self.home.db.connection() as connection:
            return await connection.fetch(f"select * from {table}")

    async def happened(self, kind: str, sent: Any, at: Instant) -> None:
        """Writes a fact of a message, as the dispatcher would."""
        sid = Sid.parse(sent.body["sid"])
        assert sid is not None
        async with self.home.db.transaction() as connection:
            fact = NewFact(bucket_of(sid.uuid), at, self.shop.account.id, sid.uuid, kind)
            await append(connection, [fact])

    async def codes_of(self, sent: Any) -> list[str]:
        return [link.url[-CODE_LENGTH:] for link in links_in(await self.text_of(sent))]

    async def ask(self, path: str, **query: str) -> Any:
        """What Tidings' own API says of links."""
        told = "?" + urlencode(query) if query else ""
        return (await self.home.ask("GET", f"/tidings/v1/links{path}{told}", as_=self.shop)).body
