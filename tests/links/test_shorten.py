"""Which links count, where they may lead, and what stands in their place."""

import secrets
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidings.links.shorten import (
    ALPHABET,
    CODE_LENGTH,
    RUDE,
    Minted,
    Shortened,
    Unfit,
    destination_of,
    is_code,
    links_in,
    new_code,
    shorten,
)

CORPUS = Path(__file__).with_name("corpus.txt")
BASE = "https://go.example.com/"
MONTH = 24_322


def cases() -> list[tuple[str, str]]:
    """Each text of the corpus with its links marked, and as it is."""
    lines = CORPUS.read_text("utf-8").splitlines()[1:]
    marked = [line.replace("\\n", "\n").replace("\\t", "\t") for line in lines]
    return [(one, one.replace("⟦", "").replace("⟧", "")) for one in marked]


def test_the_links_of_the_corpus_are_found() -> None:
    wrong = []
    for marked, text in cases():
        found, shift = text, 0
        for link in links_in(text):
            assert text[link.start : link.end] == link.url
            start, end = link.start + shift, link.end + shift
            found = f"{found[:start]}⟦{found[start:end]}⟧{found[end:]}"
            shift += 2
        if found != marked:
            wrong.append((marked, found))
    assert not wrong


def test_each_link_of_the_corpus_gives_way_to_one_of_known_length() -> None:
    for marked, text in cases():
        urls = [piece.partition("⟧")[0] for piece in marked.split("⟦")[1:]]
        short = shorten(text, base=BASE, entropy=secrets.token_bytes, month=MONTH)
        assert isinstance(short, Shortened), text
        longer = sum(len(BASE) + CODE_LENGTH - len(url) for url in urls)
        assert len(short.text) == len(text) + longer
        assert [one.destination for one in short.links] == list(dict.fromkeys(map(destination_of, urls)))
        rebuilt = short.text
        for one in short.links:
            assert is_code(one.code)
            rebuilt = rebuilt.replace(BASE + one.code, "⟦⟧")
        assert rebuilt == "".join(
            piece if at == 0 else "⟦⟧" + piece.partition("⟧")[2] for at, piece in enumerate(marked.split("⟦"))
        )


def test_the_same_destination_has_one_code_and_short_links_stay() -> None:
    text = f"https://a.example/1 https://b.example/ https://A.example/1 {BASE}bcdfghjkmn"
    short = shorten(text, base=BASE, entropy=secrets.token_bytes, month=MONTH)
    assert isinstance(short, Shortened)
    first, second = short.links
    assert short.text == f"{BASE}{first.code} {BASE}{second.code} {BASE}{first.code} {BASE}bcdfghjkmn"
    assert (first, second) == (
        Minted(first.code, "https://a.example/1"),
        Minted(second.code, "https://b.example/"),
    )


DESTINATIONS = [
    ("https://Example.COM./a", "https://example.com/a"),
    ("HTTP://example.com:8080", "http://example.com:8080"),
    ("https://bücher.example/ü?q=ß#ö", "https://xn--bcher-kva.example/%C3%BC?q=%C3%9F#%C3%B6"),
    ("https://example.com/a%20b?c=%2F", "https://example.com/a%20b?c=%2F"),
    ("https://example.com/{name}", "https://example.com/%7Bname%7D"),
    ("https://[2606:4700::1111]/a", "https://[2606:4700::1111]/a"),
    ("https://93.184.216.34/", "https://93.184.216.34/"),
]
UNFIT = [
    "ftp://example.com/a",
    "javascript:alert(1)",
    "https://user@example.com/",
    "https://bank.example@evil.example/",
    "https://user:word@example.com/",
    "https://example.com\\@evil.example/",
    "https://exa\x00mple.com/",
    "https://example.com/a\r\nSet-Cookie: a=b",
    "https://example.com/a b",
    "https://example.com/\x85",
    "https://localhost/",
    "https://router/",
    "https://printer.local/",
    "https://db.internal/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://172.16.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://224.0.0.1/",
    "https://[::1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://①②⑦.0.0.1/",
    "https://example..com/",
    "https://-a.example/",
    "https://example.com:99999/",
    "https://example.com:x/",
    "https:///a",
    "https://" + "a" * 64 + ".example/",
    "https://example.com/" + "a" * 8_192,
]


@pytest.mark.parametrize(("url", "destination"), DESTINATIONS)
def test_a_destination_is_told_in_ascii(url: str, destination: str) -> None:
    assert destination_of(url) == destination
    assert destination_of(destination) == destination


def test_no_link_leads_where_none_may() -> None:
    let_through = [url for url in UNFIT if not isinstance(destination_of(url), Unfit)]
    assert not let_through
    assert isinstance(
        shorten("See https://10.0.0.1/a", base=BASE, entropy=secrets.token_bytes, month=MONTH), Unfit
    )


@given(
    st.text("abz09.-/:?&=%@#~_A[]()\\ é", max_size=30), st.sampled_from(["a.example", "10.0.0.1", "xn--a"])
)
@settings(max_examples=100)
def test_a_plain_url_is_judged_as_one_that_needs_rewriting(rest: str, host: str) -> None:
    plain, rewritten = (destination_of(f"{scheme}://{host}{rest}") for scheme in ("https", "HTTPS"))
    assert isinstance(plain, Unfit) == isinstance(rewritten, Unfit)
    assert isinstance(plain, Unfit) or plain == rewritten


@given(st.binary(min_size=400, max_size=400))
@settings(max_examples=100)
def test_a_code_is_of_signs_that_are_told_apart_and_without_rude_words(noise: bytes) -> None:
    source = iter(noise)

    def entropy(count: int) -> bytes:
        return bytes(next(source, secrets.randbelow(256)) for _ in range(count))

    code = new_code(entropy, month=MONTH)
    assert is_code(code)
    assert not set(code) & set("0Oo1lI2Z5Ss8aeiouAEIOU") - set(ALPHABET)
    assert not any(word in code.lower() for word in RUDE)


def test_a_rude_word_is_thrown_again() -> None:
    rude = bytes(ALPHABET.index(sign) for sign in "fckbbbbbbbbb")
    polite = bytes(ALPHABET.index(sign) for sign in "bbbbbbbbbbbb")
    thrown = iter([rude, polite])
    assert new_code(lambda _count: next(thrown), month=0) == "b" * CODE_LENGTH


def test_no_two_links_of_a_text_have_one_code() -> None:
    thrown = iter([bytes([4]) * 12, bytes([4]) * 12, bytes([5]) * 12])
    short = shorten(
        "https://a.example https://b.example", base=BASE, entropy=lambda _count: next(thrown), month=MONTH
    )
    assert isinstance(short, Shortened)
    assert len({link.code for link in short.links}) == 2


@given(st.text(max_size=200), st.sampled_from(["", "https://a.example/", "http://b.example/x."]))
@settings(max_examples=100)
def test_any_text_is_shortened_or_refused_and_nothing_else_in_it_changes(text: str, url: str) -> None:
    whole = text + url + text
    short = shorten(whole, base=BASE, entropy=secrets.token_bytes, month=MONTH)
    if isinstance(short, Shortened):
        pieces, at = [], 0
        for link in links_in(whole):
            pieces.append(whole[at : link.start])
            at = link.end
        pieces.append(whole[at:])
        place = 0
        for piece in pieces:
            place = short.text.index(piece, place) + len(piece)


@pytest.mark.parametrize(
    "name",
    [
        "аpple.com",  # the first letter is Cyrillic
        "аррӏе.com",  # all are
        "gооgle.com",
        "ехе.com",
        "xn--80ak6aa92e.com",
        "paypaɩ.сom",
        "ραураl.com",
        "bankоfamerica.example",
        "pay.gооgle.com",
        "漢a字я.example",
    ],
)
def test_no_link_leads_to_a_name_that_passes_for_another(name: str) -> None:
    assert isinstance(destination_of(f"https://{name}/"), Unfit)


@pytest.mark.parametrize(
    "name",
    [
        "bücher.example",
        "пример.рф",
        "почта.рф",
        "сор.рф",
        "москва.example",
        "παράδειγμα.example",
        "例え.テスト.example",
        "東京tokyo.example",
        "한국.example",
        "مثال.example",
        "xn--bcher-kva.example",
        "straße.example",
        "été.example",
    ],
)
def test_names_of_the_worlds_alphabets_are_led_to(name: str) -> None:
    assert isinstance(destination_of(f"https://{name}/"), str)
