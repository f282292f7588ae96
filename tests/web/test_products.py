"""Twilio's hosts and our paths: which product a request is for, and what an answer calls its own address."""

import pytest

from tidings.web.api.products import own_url, path_here
from tidings.web.api.request import NOBODY, Request


@pytest.mark.parametrize(
    ("host", "path", "here"),
    [
        ("messaging.twilio.com", "/v1/Services", "/messaging/v1/Services"),
        ("messaging.twilio.com:443", "/v1/Services", "/messaging/v1/Services"),
        ("Messaging.Twilio.Com.", "/v1/Services", "/messaging/v1/Services"),
        ("messaging.dublin.ie1.twilio.com", "/v1/Services", "/messaging/v1/Services"),
        ("accounts.twilio.com", "/v1/Consents/Bulk", "/accounts/v1/Consents/Bulk"),
        ("lookups.twilio.com", "/v2/PhoneNumbers/+1", "/lookups/v2/PhoneNumbers/+1"),
        ("127.0.0.1:8000", "/messaging/v1/Services", "/messaging/v1/Services"),
        ("127.0.0.1:8000", "/v1/Services", "/v1/Services"),
        ("api.twilio.com", "/v1/Services", "/v1/Services"),
        ("messaging.example.com", "/v1/Services", "/v1/Services"),
        ("messaging.nottwilio.com", "/v1/Services", "/v1/Services"),
        ("", "/v1/Services", "/v1/Services"),
    ],
)
def test_a_products_host_says_which_path_is_meant(host: str, path: str, here: str) -> None:
    assert path_here(host, path) == here


@pytest.mark.parametrize(
    ("host", "path", "url"),
    [
        ("messaging.twilio.com", "/messaging/v1/Services", "https://messaging.twilio.com/v1/Services"),
        ("monitor.twilio.com", "/messaging/v1/Services", "https://messaging.twilio.com/v1/Services"),
        ("messaging.twilio.com:443", "/messaging/v1/X", "https://messaging.twilio.com:443/v1/X"),
        (
            "messaging.dublin.ie1.twilio.com",
            "/messaging/v1/X",
            "https://messaging.dublin.ie1.twilio.com/v1/X",
        ),
        (
            "messaging.twilio.com",
            "/2010-04-01/Accounts.json",
            "https://api.twilio.com/2010-04-01/Accounts.json",
        ),
        ("messaging.twilio.com", "/tidings/v1/lanes", "https://messaging.twilio.com/tidings/v1/lanes"),
        ("127.0.0.1:8000", "/messaging/v1/Services", "https://127.0.0.1:8000/messaging/v1/Services"),
        ("sms.example.com", "/messaging/v1/Services", "https://sms.example.com/messaging/v1/Services"),
        ("evil-twilio.com", "/messaging/v1/Services", "https://evil-twilio.com/messaging/v1/Services"),
    ],
)
def test_an_address_names_the_host_by_which_the_caller_came(host: str, path: str, url: str) -> None:
    request = Request("GET", "/", {}, NOBODY, {}, {}, [(b"host", host.encode())], "https")
    assert own_url(request, path) == url
