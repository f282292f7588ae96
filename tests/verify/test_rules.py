"""The pure rules: codes, settings, forms, texts."""

from collections import Counter
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.data import tables
from tidings.kernel.outcomes import Refused
from tidings.verify.asked import Asked, asked_of
from tidings.verify.code import CodeKey
from tidings.verify.settings import Settings, changed
from tidings.verify.wording import PLAIN, WITH_WARNING, locale_of, shipped, word

KEY = CodeKey(bytes(range(32)))
SHOP = Settings(friendly_name="Shop", custom_code_enabled=True)
ID = UUID(int=1)


@settings(max_examples=100)
@given(st.binary(min_size=16, max_size=16), st.integers(4, 10))
def test_a_code_has_its_length_and_follows_from_its_seed(seed: bytes, length: int) -> None:
    code = KEY.draw(seed, length)
    assert (len(code), code.isdigit(), code) == (length, True, KEY.draw(seed, length))


def test_every_digit_comes_as_often_in_every_place() -> None:
    codes = [KEY.draw(number.to_bytes(16, "big"), 6) for number in range(5000)]
    assert len(set(codes)) > 4950
    for place in range(6):
        counts = Counter(code[place] for code in codes)
        assert all(400 < counts[str(digit)] < 600 for digit in range(10)), counts


def test_a_digest_is_of_one_code_of_one_person_at_one_service() -> None:
    about = {"account": ID, "service": ID, "recipient": "+14155550199"}
    one = KEY.digest("123456", **about)  # type: ignore[arg-type]
    others = [
        KEY.digest("123457", **about),  # type: ignore[arg-type]
        KEY.digest("123456", **about | {"recipient": "+14155550198"}),  # type: ignore[arg-type]
        KEY.digest("123456", **about | {"service": UUID(int=2)}),  # type: ignore[arg-type]
        CodeKey(bytes(32)).digest("123456", **about),  # type: ignore[arg-type]
        KEY.digest("9123456", **about | {"recipient": "+1415555019"}),  # type: ignore[arg-type]
    ]
    assert one not in others
    assert len({*others, one}) == 6


GOOD = [
    {"CodeLength": "4"},
    {"CodeLength": "10"},
    {"Totp.TimeStep": "20", "Totp.CodeLength": "8", "Totp.Skew": "0", "Totp.Issuer": "Shop"},
    {"Totp.TimeStep": "60", "Totp.CodeLength": "3", "Totp.Skew": "2"},
    {"LookupEnabled": "true", "SkipSmsToLandlines": "true"},
    {"Passkeys.UserVerification": "preferred", "Passkeys.RelyingParty.Origins": "a.example,b.example"},
    {"Whatsapp.MsgServiceSid": "MG" + "a" * 32, "Whatsapp.From": "whatsapp:+14155550100"},
    {"Push.ApnCredentialSid": "CR" + "a" * 32, "Push.IncludeDate": "true"},
    {"CodeTtl": "120"},
    {"CodeTtl": "86400", "WebOtpDomain": "Shop.example"},
    {"FriendlyName": "x" * 32},
    {"FriendlyName": "Shop 2026"},
]
BAD = [
    {"FriendlyName": "x" * 33},
    {"FriendlyName": "Shop 12345"},
    {"FriendlyName": "a\nb"},
    {"FriendlyName": ""},
    {"CodeLength": "3"},
    {"CodeLength": "11"},
    {"CodeLength": "six"},
    {"LookupEnabled": "perhaps"},
    {"SkipSmsToLandlines": "true"},
    {"Totp.TimeStep": "19"},
    {"Totp.TimeStep": "61"},
    {"Totp.CodeLength": "2"},
    {"Totp.CodeLength": "9"},
    {"Totp.Skew": "3"},
    {"Totp.Skew": "-1"},
    {"DefaultTemplateSid": "MG" + "a" * 32},
    {"Push.FcmCredentialSid": "x"},
    {"Passkeys.UserVerification": "sometimes"},
    {"CodeTtl": "119"},
    {"CodeTtl": "86401"},
    {"WebOtpDomain": "localhost"},
    {"TtsName": "x" * 256},
]


def test_settings_are_taken_within_their_ranges_alone() -> None:
    for form in GOOD:
        assert isinstance(changed(SHOP, _lists(form)), Settings), form
    for form in BAD:
        refused = changed(SHOP, _lists(form))
        assert isinstance(refused, Refused), form
        assert refused.code.number == 60200
        assert f"`{next(iter(form))}`" in refused.message
    nameless = changed(Settings(friendly_name=""), {})
    assert isinstance(nameless, Refused)


FORMS: list[tuple[dict[str, str], int]] = [
    ({}, 0),
    ({"Channel": "SMS"}, 0),
    ({"Channel": "auto"}, 0),
    ({"To": " 14155550199"}, 0),
    ({"Tags": '{"a": "b"}', "RateLimits": '{"ip": "192.0.2.1", "n": 5}'}, 0),
    ({"DeviceIp": "2001:db8::1", "RiskCheck": "disable", "Locale": "pt-BR", "AppHash": "He42w354ol9"}, 0),
    ({"CustomCode": "a1B2", "CustomFriendlyName": "Acme"}, 0),
    ({"To": "Anna@Example.com", "Channel": "email"}, 0),
    ({"To": ""}, 60200),
    ({"To": "4155550199"}, 60200),
    ({"To": "+1415555"}, 60200),
    ({"To": "anna@example.com"}, 60200),
    ({"To": "anna@example", "Channel": "email"}, 60200),
    ({"To": "+442079460958"}, 60205),
    ({"Channel": ""}, 60200),
    ({"Channel": "pigeon"}, 60200),
    ({"CustomCode": "123"}, 60200),
    ({"CustomCode": "12345678901"}, 60200),
    ({"CustomCode": "12-34"}, 60200),
    ({"CustomFriendlyName": "call 0800123456"}, 60200),
    ({"CustomFriendlyName": "a\r\nb"}, 60200),
    ({"CustomMessage": "Hi"}, 60204),
    ({"Amount": "1", "Payee": "Acme"}, 60204),
    ({"Amount": "1"}, 60206),
    ({"Locale": "<en>"}, 60200),
    ({"AppHash": "short"}, 60200),
    ({"TemplateSid": "nothing"}, 60200),
    ({"DeviceIp": "localhost"}, 60200),
    ({"RiskCheck": "off"}, 60200),
    ({"Tags": "[]"}, 60200),
    ({"Tags": '{"a": "' + "x" * 129 + '"}'}, 60200),
    ({"RateLimits": '{"": "x"}'}, 60200),
    ({"ChannelConfiguration": "{"}, 60200),
    ({"ChannelConfiguration": '{"web_otp_domain": "a b"}'}, 60200),
    ({"ChannelConfiguration": '{"from": "a@b\\r\\nBcc: x"}'}, 60200),
    ({"ChannelConfiguration": '{"from_name": "a\\r\\nBcc: x"}'}, 60200),
    ({"TemplateCustomSubstitutions": '{"a": ["b"]}'}, 60200),
]


def test_every_fault_of_a_form_has_its_code() -> None:
    for form, code in FORMS:
        asked = asked_of(_lists({"To": "+14155550199", "Channel": "sms"} | form), SHOP)
        assert (asked.code.number if isinstance(asked, Refused) else 0) == code, (form, asked)
        if isinstance(asked, Refused) and "CustomCode" in form:
            assert form["CustomCode"] not in asked.message  # no refusal tells a code


def test_a_text_is_in_the_language_of_the_number_unless_another_is_asked_for() -> None:
    assert _text() == "Your Shop verification code is: 123456"
    assert _text(to="+5511987654321").startswith("Seu código de verificação Shop")
    assert _text(to="+5511987654321", Locale="pt").startswith("O seu código")
    assert _text(Locale="pt-BR").startswith("Seu código")
    assert _text(Locale="es-MX").startswith("Tu código")
    assert _text(Locale="xx") == "Your Shop verification code is: 123456"
    assert _text(to="+4915123456789").startswith("Ihr Shop-Bestätigungscode")
    assert locale_of("ZZ") == "en"


def test_a_text_ends_as_phones_read_it() -> None:
    assert _text(AppHash="He42w354ol9") == "<#> Your Shop verification code is: 123456 He42w354ol9"
    assert _text(ChannelConfiguration='{"web_otp_domain": "Shop.example"}').endswith(
        "is: 123456\n\n@shop.example #123456"
    )
    warned = _text(warn=True)
    assert warned.endswith("123456. Don't share this code with anyone; our employees will never ask for it")


def test_every_shipped_text_says_the_code_and_who_sends_it() -> None:
    assert set(shipped()) == {PLAIN, WITH_WARNING}
    countries: list[str] = []
    for template in shipped().values():
        for locale, one in template.translations.items():
            for text in (one.text, one.payment):
                assert text.count("{{code}}") == 1, locale
                assert "{{friendly_name}}" in text, locale
            assert "{{amount}}" in one.payment, locale
            assert "{{payee}}" in one.payment, locale
    for row in tables.rows("verification_texts.csv"):
        countries += row["countries"].split()
    assert len(countries) == len(set(countries)), "a country has one language"


def _text(*, to: str = "+14155550199", warn: bool = False, **form: str) -> str:
    asked = asked_of(_lists({"To": to, "Channel": "sms"} | form), SHOP)
    assert isinstance(asked, Asked), asked
    return word(asked, "123456", template=shipped()[PLAIN], warn=warn).text


def _lists(form: dict[str, str]) -> Any:
    return {key: [value] for key, value in form.items()}
