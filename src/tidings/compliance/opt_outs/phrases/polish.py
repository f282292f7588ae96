"""Rules for Polish."""

from tidings.compliance.opt_outs.phrases.rules import Rules

_MESSAGES = (
    r"(?:wiadomości|wiadomość|smsów|smsy|sms|sms ów|reklam\w*|powiadomie\w*|ofert\w*|spam\w*|esemes\w*)"
)
_WRITING = r"(?:pis\w*|wysyla\w*|wysył\w*|przysył\w*|sms\w*|nękan\w*|nękać|kontakt\w*|spamow\w*|męcz\w*|zawraca\w*|przesył\w*)"

POLISH = Rules(
    language="pl",
    triggers=(
        r"przesta|skoncz|dosc|koniec|nie |nigdy|zadnych|usun|wykresl|wypis|skasuj|wyrejestr|rezygn|spokoj|zgod|numer|interes|spam|zglosz|zablok|"
        r"stop|zostaw|sms|wiadomosc|odczep"
    ),
    courtesies=(
        "proszę",
        "prosze",
        "bardzo proszę",
        "dziękuję",
        "dzięki",
        "dzień dobry",
        "cześć",
        "już",
        "natychmiast",
        "ok",
    ),
    insistent={
        "dlaczego nie przestajecie": r"\bdlaczego nie (?:przesta|usun|wypis)\w*",
        "jeśli nie przestaniecie": r"\b(?:jesli|jezeli|jak) nie (?:przesta|usun|wypis|skoncz)\w*",
        "już pisałem stop": r"\b(?:pisalem|pisalam|napisalem|napisalam|wyslalem|wyslalam|prosilem|prosilam|mowilem|mowilam)(?: \w+){0,4} (?:stop|o usuniecie|zebyscie przestali|zeby przestac)\b",
    },
    harmless={
        "nie przestawajcie": r"\b(?:nie|prosze nie) (?:mnie )?(?:przestawaj|usuwaj|wypisuj|wykreslaj|kasuj|rezygnuj|wyrejestrow)\w*(?: \w+){0,2}|\bnie chce (?:przestac|rezygnowac|sie wypisac|przegapic|stracic)\b(?: \w+){0,2}",
        "przystanki": r"\bprzystan\w+|\bkoniec (?:roku|tygodnia|miesiaca|miesiąca|pracy|swiata)\b",
        "instrukcja": r"\b(?:wyslij|odpisz|wpisz|odpowiedz)(?: \w+){0,2} stop\b(?: \w+){0,4}",
        "odwołać coś": r"\b(?:odwol|anul|rezygn)\w*(?: (?:z|ze|moja|moje|moj))* (?:wizyt|zamowieni|rezerwacj|lot|spotkani|termin|stolik)\w*",
    },
    limited={
        "jak": r"\bjak (?:\w+ ){0,3}?(?:wypisac|zrezygnowac|wylaczyc|przestac|usunac|wyrejestrowac|anulowac|nie dostawac|zablokowac)\b",
        "kiedy": r"\b(?:nie|przesta\w*)(?: \w+){0,5} (?:w nocy|tak pozno|tak wczesnie|o tej porze|w niedziele|w weekend\w*|przed \d+|po \d+|codziennie|podczas)\b",
        "za dużo": rf"\b(?:za duzo|zbyt wiele|mniej|tyle) {_MESSAGES}",
    },
    stop={
        "przestańcie": rf"\b(?:przesta\w+|skoncz\w+|dosc|koniec|prosze zaprzestac|zaprzesta\w+)(?: (?:do|mnie|mi|juz|prosze|wreszcie|natychmiast|z|ze|tym|tymi|tych|nas|w koncu|mnie))* (?:{_WRITING}|{_MESSAGES})",
        "nie piszcie": rf"\b(?:nie|nigdy)(?: (?:prosze|juz|mi|mnie|do|wiecej|nigdy))* (?:pisz\w*|pisac|wysylaj\w*|wysylac|przysylaj\w*|przysylac|kontaktuj\w*|kontaktowac|smsuj\w*)(?: \w+){{0,3}}? (?:wiecej|juz|do mnie|na ten numer|ze mna|{_MESSAGES}|nigdy|niczego|nic)\b|"
        r"\b(?:wiecej|juz) (?:do mnie |mi )?nie (?:pisz|wysylaj|przysylaj|kontaktuj)\w*",
        "nie chcę wiadomości": rf"\bnie (?:chce|chcemy|zycze|zgadzam|potrzebuje|wyrazam)(?: \w+){{0,6}}? (?:{_MESSAGES}|kontakt\w*|dostawac|otrzymywac)\b",
        "usuńcie mnie": r"\b(?:usun|wykresl|wypis|skasuj|wyrejestruj|wyrzuc)\w*(?: (?:prosze|natychmiast|juz|od razu))* (?:mnie|nas|moj\w* (?:numer\w*|telefon|dane|kontakt)|ten numer|numer)\b|\bo (?:usuniecie|wykreslenie|wypisanie)(?: \w+){0,2} (?:mnie|numeru|danych|z listy|z bazy)\b|\bz (?:waszej|tej|panstwa) (?:listy|bazy)\b",
        "wypisuję się": rf"\b(?:wypisuje sie|chce sie wypisac|chcialbym sie wypisac|chcialabym sie wypisac)\b|\brezygnuj\w* z (?:\w+ )?(?:subskrypcji|{_MESSAGES}|otrzymywania|newslettera)",
        "dajcie mi spokój": r"\b(?:daj\w* mi|dajcie) (?:\w+ )?spokoj\b|\bzostaw\w* mnie\b|\bodczep\w* sie\b",
        "cofam zgodę": r"\b(?:cofam|wycofuje|odwoluje)(?: \w+)? zgod\w*|\bnie wyrazam(?: \w+)? zgody\b",
        "żadnych więcej": rf"\bzadnych (?:wiecej )?{_MESSAGES}|\bstop {_MESSAGES}",
    },
    unsure={
        "zły numer": r"\bzly numer\b|\bpomylk\w*\b|\bpomylil\w*\b|\bnie ten numer\b|\bnie moj numer\b",
        "nie interesuje": r"\bnie (?:jestem |jestesmy )?(?:zainteresowan\w*|interesuj\w*)",
        "skąd numer": r"\b(?:skad|kto|jak)(?: \w+){0,4} (?:moj numer|moje dane)\b",
        "zgłoszę": r"\b(?:zglosz|zglasz|zablok|blokuj)\w*|\buokik\b|\bprawnik\w*",
        "spam": r"\bspam\w*|\bnekani\w*",
        "nie zapisywałem się": r"\b(?:nigdy|nie) (?:sie )?(?:nie )?(?:zapisyw|zamawia|prosil|wyraza)\w*",
        "subskrypcja": r"\b(?:anul|rezygn|odwol)\w*(?: \w+){0,2} (?:subskrypcj|abonament|uslug|czlonkostw)\w*",
        "stop": r"^(?: \w+){0,2} (?:stop|dosc|przestan|przestancie|koniec)(?: \w+){0,2} [.]? ?$",
    },
)
