"""Twilio's own Python package and link shortening."""

from typing import Any

import pytest
from tests.api_home import api_home
from tests.links.brand import HOST, Brand
from tests.links.papers import signed
from tests.wire.test_sdk import ask, refusal
from twilio.rest import Client

from tidings.kernel.sid import Sid
from tidings.runtime.database import Database


@pytest.fixture
async def brand(db: Database) -> Any:
    async with api_home(db) as home:
        yield await Brand.open(home)


@pytest.fixture
def client(brand: Brand) -> Client:
    client = Client(brand.shop.sid, brand.shop.auth_token)
    client.messaging.base_url = f"{brand.home.base_url}/messaging"
    client.api.base_url = brand.home.base_url
    return client


async def test_a_domain_is_configured_and_given_to_services(client: Client, brand: Brand) -> None:
    sid, v1 = str(Sid("DN", brand.domain)), client.messaging.v1
    absent = await refusal(lambda: v1.domain_config(sid).fetch())
    assert absent[:2] == (404, 20404)
    made = await ask(
        lambda: v1.domain_config(sid).update(
            fallback_url="https://shop.example/x",
            callback_url="https://shop.example/clicks",
            continue_on_failure=True,
        )
    )
    assert (made.domain_sid, made.config_sid[:2]) == (sid, "ZK")
    assert (made.fallback_url, made.callback_url) == ("https://shop.example/x", "https://shop.example/clicks")
    assert (made.continue_on_failure, made.disable_https) == (True, False)
    again = await ask(lambda: v1.domain_config(sid).update(disable_https=True))
    assert (again.config_sid, again.fallback_url, again.disable_https) == (
        made.config_sid,
        "https://shop.example/x",
        True,
    )
    service = brand.service
    found = await ask(lambda: v1.linkshortening_messaging_service_domain_association(service).fetch())
    assert (found.domain_sid, found.messaging_service_sid) == (sid, service)
    of_service = await ask(lambda: v1.domain_config_messaging_service(service).fetch())
    assert (of_service.config_sid, of_service.messaging_service_sid) == (made.config_sid, service)
    sent = await ask(
        lambda: client.messages.create(
            to="+14155550199",
            messaging_service_sid=service,
            shorten_urls=True,
            body="See https://shop.example/a",
        )
    )
    assert sent.body == "See https://shop.example/a"
    assert (await ask(lambda: client.messages(sent.sid).fetch())).body.startswith(f"See {HOST}/")
    assert await ask(lambda: v1.linkshortening_messaging_service(sid, service).delete())
    gone = await refusal(lambda: v1.linkshortening_messaging_service_domain_association(service).fetch())
    assert gone[0] == 404
    joined = await ask(lambda: v1.linkshortening_messaging_service(sid, service).create())
    assert (joined.domain_sid, joined.messaging_service_sid) == (sid, service)


async def test_a_callback_that_is_no_url_is_refused(client: Client, brand: Brand) -> None:
    config = client.messaging.v1.domain_config(str(Sid("DN", brand.domain)))
    refused = await refusal(lambda: config.update(callback_url="https://under_score.example/clicks"))
    assert refused[:2] == (400, 30109)


async def test_the_certificate_of_a_domain_is_uploaded_asked_for_and_its_name_checked(
    client: Client, brand: Brand
) -> None:
    sid, v1 = str(Sid("DN", brand.domain)), client.messaging.v1
    pem = signed(HOST, signed("Root"), names=(HOST,)).pem
    made = await ask(lambda: v1.domain_certs(sid).update(tls_cert=pem))
    assert (made.domain_sid, made.certificate_sid[:2], made.cert_in_validation) == (sid, "CW", None)
    assert made.date_expires > made.date_created
    assert (await ask(lambda: v1.domain_certs(sid).fetch())).certificate_sid == made.certificate_sid
    refused = await refusal(lambda: v1.domain_certs(sid).update(tls_cert="no certificate"))
    assert refused[:2] == (400, 20422)
    asked = await ask(lambda: v1.request_managed_cert(sid).update())
    assert (asked.managed, asked.requesting, asked.certificate_sid) == (True, False, made.certificate_sid)
    checked = await ask(lambda: v1.domain_validate_dns(sid).fetch())
    assert (checked.domain_sid, checked.is_valid in (True, False)) == (sid, True)
    assert await ask(lambda: v1.domain_certs(sid).delete())
    assert (await refusal(lambda: v1.domain_certs(sid).fetch()))[0] == 404
