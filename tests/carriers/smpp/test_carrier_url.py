"""A carrier's URL: address, credentials, and any setting of the connector in its query."""

from dataclasses import fields

import pytest

from tidings.carriers.smpp.carrier_url import IN_QUERY, settings_of
from tidings.carriers.smpp.receipt import IdForm
from tidings.carriers.smpp.settings import Mode, SmppSettings, SmppSettingsError
from tidings.carriers.smpp.text import LongText
from tidings.kernel.carrier_codes import ReceiptScheme

USUAL = {"binds": 1, "window": 200, "response_timeout": 10.0}


def test_an_address_alone_is_enough() -> None:
    settings = settings_of("smpp://me:sesame@smsc.example", usual=USUAL)

    assert (settings.host, settings.port, settings.system_id) == ("smsc.example", 2775, "me")
    assert (settings.password, settings.window, settings.tls) == ("sesame", 200, False)


def test_the_query_goes_before_what_is_usual() -> None:
    settings = settings_of(
        "smpps://me:se%2Fsame@smsc.example:3550?long_text=payload&receipt_id_form=submit_hex"
        "&receipt_scheme=twilio&mode=transmitter%2Breceiver&tls_ca_file=/etc/ca.pem&binds=2&window=100"
        "&response_timeout=2.5&system_type=SMPP",
        usual=USUAL,
    )

    assert settings == SmppSettings(
        host="smsc.example",
        port=3550,
        system_id="me",
        password="se/same",
        system_type="SMPP",
        binds=2,
        mode=Mode.PAIR,
        window=100,
        response_timeout=2.5,
        long_text=LongText.PAYLOAD,
        receipt_id_form=IdForm.SUBMIT_HEX,
        receipt_scheme=ReceiptScheme.TWILIO,
        tls=True,
        tls_ca_file="/etc/ca.pem",
    )


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("colour=red", "colour"),
        ("window=many", "window"),
        ("binds=0", "binds"),
        ("binds=1&binds=2", "binds"),
        ("long_text=", "long_text"),
        ("response_timeout=nan", "response_timeout"),
        ("tls=true", "tls"),
        ("password=sesame", "password"),
        ("tls_ca_file=/etc/ca.pem", "tls_ca_file"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(query: str, name: str) -> None:
    with pytest.raises(SmppSettingsError, match=f"^{name}: ") as told:
        settings_of(f"smpp://me:sesame@smsc.example?{query}", usual=USUAL)
    assert "sesame" not in str(told.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(SmppSettingsError) as told:
        settings_of("smpp://smsc.example?mode=both&colour=1", usual=USUAL)
    assert {line.split(":")[0] for line in str(told.value).splitlines()} == {"system_id", "mode", "colour"}


def test_a_path_is_refused_since_it_may_be_half_a_password() -> None:
    with pytest.raises(SmppSettingsError, match="%2F"):
        settings_of("smpp://me:sesame@smsc.example/x", usual=USUAL)


def test_every_setting_has_its_one_place() -> None:
    in_address = {"host", "port", "system_id", "password", "tls"}
    assert set(IN_QUERY) | in_address == {field.name for field in fields(SmppSettings)}
