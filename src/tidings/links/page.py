"""The page for whoever follows what is no link, or none any more: plain, in the brand's name and language. Pure."""

from collections.abc import Mapping
from html import escape
from typing import NamedTuple

from tidings.links.domain import Domain


class Words(NamedTuple):
    """`sender` stands for the brand where it has no name."""

    title: str
    text: str
    sender: str
    home: str


WORDS: Mapping[str, Words] = {
    "en": Words(
        "This link has expired",
        "The page that it led to may still exist. Please look for it on the website of {sender}.",
        "whoever sent you the link",
        "Go to the website of {sender}",
    ),
    "de": Words(
        "Dieser Link ist abgelaufen",
        "Die Seite, zu der er führte, gibt es vielleicht noch. Bitte suchen Sie sie auf der Website von {sender}.",
        "dem Absender",
        "Zur Website von {sender}",
    ),
    "es": Words(
        "Este enlace ha caducado",
        "Es posible que la página todavía exista. Búsquela en el sitio web de {sender}.",
        "quien le envió el enlace",
        "Ir al sitio web de {sender}",
    ),
    "fr": Words(
        "Ce lien a expiré",
        "La page à laquelle il menait existe peut-être encore. Cherchez-la sur le site de {sender}.",
        "la personne qui vous a envoyé le lien",
        "Aller sur le site de {sender}",
    ),
    "it": Words(
        "Questo link è scaduto",
        "La pagina a cui portava potrebbe esistere ancora. La cerchi sul sito di {sender}.",
        "chi le ha inviato il link",
        "Vai al sito di {sender}",
    ),
    "pt": Words(
        "Este link expirou",
        "A página para a qual ele levava talvez ainda exista. Procure-a no site de {sender}.",
        "quem lhe enviou o link",
        "Ir para o site de {sender}",
    ),
}
"""By language, as ISO 639 writes it."""


def gone_page(domain: Domain) -> bytes:
    """Loads nothing from elsewhere; read well by screen readers, in large print and in the dark."""
    words = WORDS.get(domain.language, WORDS["en"])
    sender = domain.brand or words.sender
    home = ""
    if domain.home_url is not None and domain.brand:
        label = escape(words.home.format(sender=sender))
        home = f'<p><a href="{escape(domain.home_url)}" rel="noreferrer">{label}</a></p>\n'
    brand = f"<p><strong>{escape(domain.brand)}</strong></p>\n" if domain.brand else ""
    title = f"{words.title} - {domain.brand}" if domain.brand else words.title
    language = domain.language if domain.language in WORDS else "en"
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1.125rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1rem }}
</style>
</head>
<body>
<main>
{brand}<h1>{escape(words.title)}</h1>
<p>{escape(words.text.format(sender=sender))}</p>
{home}</main>
</body>
</html>
""".encode()
