"""Names that look like others: letters of several alphabets in one label, or of one that pass for Latin ones. Pure.

The rule is that of browsers, which show such names in their ASCII form (Unicode TS 39, "highly restrictive"): one
script to a label, or Latin beside those that Chinese, Japanese and Korean are written with; and no label of Cyrillic
or Greek letters all of which pass for Latin ones, unless the name's last label is of that script too.
"""

import unicodedata

_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
_LIKE_LATIN = frozenset("аеорсухіїјѕһԁԛԝӏορνυα")
"""Letters of Cyrillic and Greek that pass for Latin ones."""
_COMMON = ("DIGIT", "HYPHEN-MINUS", "LOW", "COMBINING", "MIDDLE", "KATAKANA-HIRAGANA", "IDEOGRAPHIC")


def is_homograph(name: str) -> bool:
    """Whether some label of a host name, in Unicode or in its ASCII form, may pass for another."""
    labels = [_unicode(label) for label in name.split(".")]
    if all(label.isascii() for label in labels):
        return False
    last = _scripts(labels[-1])
    for label in labels:
        scripts = _scripts(label)
        if len(scripts) > 1 and not any(scripts <= allowed for allowed in _TOGETHER):
            return True
        letters = [sign for sign in label if not sign.isascii()]
        if letters and scripts != last and all(sign in _LIKE_LATIN for sign in letters):
            return True
    return False


def _unicode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label


def _scripts(label: str) -> frozenset[str]:
    """The scripts of a label's letters, as Unicode names begin."""
    found = set()
    for sign in label:
        script = unicodedata.name(sign, "UNKNOWN").partition(" ")[0]
        if not sign.isdigit() and script not in _COMMON:
            found.add("LATIN" if sign.isascii() else script)
    return frozenset(found)
