"""Texts to measure and to check segments with: `mixed` is a company's traffic, `awkward` breaks counters."""

import random

_PHRASES = (
    "Your code is 482913. Do not share it.",
    "Your order has shipped and arrives tomorrow between 9 and 12.",
    "Reminder: your appointment at the clinic is on Monday at 10:30.",
    "Your table for four is booked. Reply C to change it.",
    "Payment of 24.90 received, thank you!",
    "The driver is five minutes away.",
    "Reply STOP to opt out, HELP for help.",
    "Your balance is low: top up at https://example.com/t/8fQ2",
)
_OTHER_ALPHABETS = (
    "Ваш код подтверждения никому не сообщайте его ",
    "您的验证码是请勿泄露给他人订单已发货",
    "رمز التحقق الخاص بك هو لا تشاركه مع أحد ",
    "आपका सत्यापन कोड किसी से साझा न करें ",
    "인증번호는 다른 사람에게 알려주지 마세요 ",
)
_EMOJI = ("😀", "🎉", "🚚", "❤️", "👍🏽", "🇦🇹", "👨‍👩‍👧")
_ESCAPED = ("€", "[", "]", "{", "}", "~", "|", "^", "\\", "\f")
_ACCENTED = "éèùìòÇØøÅåΔÄÖÑÜäöñüà£¥§¿¡"
_TYPOGRAPHIC = "“”‘’–—…•«»\u00a0\u200b\t`"
_JOINING = ("\u0301", "\u0308", "\ufe0f", "\u200d", "\u0e33", "\u0903", "\U000e0067", "ᄀ", "ᅡ", "ᆨ", "\u0600")
_LONE = (
    "ы",
    "中",
    "가",
    "각",
    "☝",
    "♀",
    "\U0001f466",
    "\U0001f3fd",
    "\U0001f1e6",
    "𝔘",
    "\r",
    "\n",
    "\0",
    "\x1b",
)


MIX = (
    "55 % plain texts of 20 to 155 characters, 12 % with characters of the extension table, "
    "15 % GSM-7 of 161 to 600 characters, 10 % in five other alphabets of 20 to 200, 8 % with emoji"
)


def mixed(count: int, *, seed: int) -> list[str]:
    """Traffic as a company sends it; MIX says what is in it."""
    draw = random.Random(seed)
    return [_sent_text(draw) for _ in range(count)]


def _sent_text(draw: random.Random) -> str:
    kind = draw.random()
    if kind < 0.55:
        return _words(draw, draw.randint(20, 155))
    if kind < 0.67:
        return _words(draw, draw.randint(20, 140)) + draw.choice(("€12.50", "[ref 7]", "{id}", "~", "a|b"))
    if kind < 0.82:
        text = _words(draw, draw.randint(161, 600))
        return text if draw.random() < 0.8 else text.replace(".", " €")
    if kind < 0.92:
        letters = draw.choice(_OTHER_ALPHABETS)
        return (letters * 20)[: draw.randint(20, 200)]
    return _words(draw, draw.randint(10, 130)) + "".join(draw.choices(_EMOJI, k=draw.randint(1, 4)))


def awkward(count: int, *, seed: int) -> list[str]:
    """Texts near the edges of parts, with escape pairs, surrogate pairs and clusters laid over them."""
    draw = random.Random(seed)
    return [_edge_text(draw) for _ in range(count)]


def _edge_text(draw: random.Random) -> str:
    kind = draw.random()
    if kind < 0.25:
        return _salted(draw, draw.choice((150, 153, 160, 300, 306, 459)) + draw.randint(-3, 3), _ESCAPED)
    if kind < 0.35:
        return _salted(
            draw, draw.randint(0, 400), (*_ESCAPED, *_ACCENTED, *_TYPOGRAPHIC[: draw.randint(0, 13)])
        )
    if kind < 0.60:
        return _salted(draw, draw.choice((60, 64, 67, 70, 130, 134, 201)) + draw.randint(-3, 3), _EMOJI)
    if kind < 0.80:
        return _salted(draw, draw.choice((58, 67, 70, 120, 134)) + draw.randint(-6, 3), (*_JOINING, *_LONE))
    if kind < 0.90:
        return "".join(draw.choices((*_JOINING, *_LONE, *_EMOJI), k=draw.randint(1, 90)))
    return _sent_text(draw)


def _salted(draw: random.Random, length: int, salt: tuple[str, ...]) -> str:
    """Plain words in which some characters have given way to others, often near the edge of a part."""
    characters = list(_words(draw, length))
    for _ in range(draw.choice((1, 1, 2, 3, 5, 20))):
        edge = draw.choice((65, 67, 70, 132, 134, 152, 153, 160, 305, 306, draw.randint(0, 460)))
        place = edge + draw.randint(-3, 2)
        if 0 <= place < len(characters):
            characters[place] = draw.choice(salt)
    return "".join(characters)


def _words(draw: random.Random, length: int) -> str:
    text = ""
    while len(text) < length:
        text += draw.choice(_PHRASES) + " "
    return text[:length]
