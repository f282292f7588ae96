"""Settings: all faults at once, and no secret shown."""

import pytest

from tidings.carriers.smpp.pdu import BindMode
from tidings.carriers.smpp.receipt import IdForm
from tidings.carriers.smpp.settings import Mode, SmppSettings, SmppSettingsError
from tidings.carriers.smpp.text import LongText
from tidings.kernel.carrier_codes import ReceiptScheme

LEAST = {"host": "smsc.example", "port": 2775, "system_id": "me", "password": "sesame"}


def test_four_settings_are_enough():
    settings = SmppSettings.parse(LEAST)

    assert settings.mode is Mode.TRANSCEIVER
    assert settings.binds == 1
    assert settings.tls_context() is None


def test_words_become_what_they_name():
    settings = SmppSettings.parse(
        {
            **LEAST,
            "mode": "transmitter+receiver",
            "long_text": "payload",
            "receipt_id_form": "submit_hex",
            "receipt_scheme": "twilio",
            "response_timeout": 5,
        }
    )

    assert settings.mode.binds == (BindMode.TRANSMITTER, BindMode.RECEIVER)
    assert settings.long_text is LongText.PAYLOAD
    assert settings.receipt_id_form is IdForm.SUBMIT_HEX
    assert settings.receipt_scheme is ReceiptScheme.TWILIO
    assert settings.response_timeout == 5.0


def test_all_faults_are_told_at_once():
    with pytest.raises(SmppSettingsError) as told:
        SmppSettings.parse(
            {"port": 70_000, "system_id": "", "password": "sesame\0", "mode": "both", "colour": 1}
        )

    lines = str(told.value).splitlines()
    assert {line.split(":")[0] for line in lines} == {
        "host",
        "port",
        "system_id",
        "password",
        "mode",
        "colour",
    }
    assert "sesame" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "2775"),
        ("port", True),
        ("window", 0),
        ("window", 2.5),
        ("binds", 65),
        ("response_timeout", 0),
        ("response_timeout", float("nan")),
        ("response_timeout", "30"),
        ("tls", 1),
        ("long_text", None),
        ("long_text", ["udh"]),
        ("system_id", "naïve"),
        ("host", 5),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_name(name, value):
    with pytest.raises(SmppSettingsError, match=f"^{name}: "):
        SmppSettings.parse({**LEAST, name: value})


def test_a_key_without_its_certificate_is_refused():
    with pytest.raises(SmppSettingsError, match="tls_certificate_file"):
        SmppSettings.parse({**LEAST, "tls": True, "tls_key_file": "key.pem"})


def test_the_password_is_not_shown():
    assert "sesame" not in repr(SmppSettings.parse(LEAST))
