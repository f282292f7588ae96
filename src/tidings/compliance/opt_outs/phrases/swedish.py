"""Rules for Swedish."""

from tidings.compliance.opt_outs.phrases.rules import Rules

_MESSAGES = r"(?:sms|smsen|meddelanden|meddelande|reklam|utskick\w*|notiser|erbjudanden|spam|mess)"

SWEDISH = Rules(
    language="sv",
    triggers=(
        r"sluta|lagg av|upphor|stoppa|stopp|avsluta|inga|inte|aldrig|ta bort|radera|tag bort|stryk|plocka|avregistr|avanmal|samtycke|nummer|intresse|spam|blocker|anmal|"
        r"ifred|i fred|glom|lat mig|lamna|sms"
    ),
    courtesies=("snälla", "tack", "tack så mycket", "hej", "nu", "vänligen", "genast", "ok"),
    insistent={
        "varför slutar ni inte": r"\bvarfor slutar (?:ni|du) inte\b",
        "om ni inte slutar": r"\bom (?:ni|du|det) inte (?:slutar|tar bort|upphor|lagger av)\b",
        "redan skrivit stopp": r"\bhar (?:\w+ )?(?:skrivit|skickat|svarat|bett|sagt)(?: \w+){0,3} (?:stopp?|sluta|avregistrera)\b",
    },
    harmless={
        "sluta inte": r"\bsluta(?: \w+)? inte\b(?: \w+){0,3}|\binte (?:sluta|avsluta|avregistrera|avanmala|missa|ta bort|avregistreras)\b(?: \w+){0,3}|\bta inte bort\b(?: \w+){0,2}|\bavregistrera (?:mig )?inte\b",
        "hållplatser": r"\b(?:buss|hall|nasta|sista)(?: )?(?:hallplats|stopp)\w*\b|\bhallplats\w*\b",
        "anvisning": r"\b(?:svara|skicka|sms a|skriv)(?: \w+){0,2} stopp?\b(?: \w+){0,4}",
        "avboka annat": r"\bavbok\w*(?: \w+){0,3} (?:tid|bokning|resa|bord|besok|mote)\w*|\bsluta\w* (?:roka|jobba|arbeta|skolan|klockan|regna|grata|kl|dricka|ata)\b|\bslutar (?:jag|vi|skolan|den|det|han|hon|kl|klockan)\b",
    },
    limited={
        "hur": r"\bhur (?:\w+ ){0,4}?(?:avregistrer|slut|avslut|avanmal|stopp|slipp|ta bort|far jag bort|tar jag bort)\w*",
        "när": r"\b(?:sluta|inga|inte|aldrig)(?: \w+){0,5} (?:pa natten|sa sent|sa tidigt|pa sondagar|pa helgen|fore \d+|efter \d+|mitt i natten|varje dag|den har tiden)\b",
        "för många": rf"\b(?:for manga|for mycket|farre|sa manga|mindre) {_MESSAGES}",
    },
    stop={
        "sluta skicka": rf"\b(?:sluta|lagg av|upphor|slutar ni|kan ni sluta)(?: (?:nu|genast|snalla|med|att|ni|omedelbart|och))* (?:skick\w*|smsa|sms\w*|skriv\w*|kontakt\w*|spam\w*|messa|stor|stora|tjata|trakassera|{_MESSAGES})",
        "inga fler sms": rf"\b(?:inga|inget|ingen|aldrig)(?: \w+){{0,2}}? {_MESSAGES}(?: \w+){{0,2}}? (?:tack|mer|langre|fler|fran er)\b|\binga (?:fler|mer) {_MESSAGES}|\b(?:vill|onskar)(?: \w+){{0,2}} inga(?: \w+)? {_MESSAGES}|(?:^|[.,]) (?:snalla )?inga {_MESSAGES}|\bstoppa(?: \w+){{0,2}} {_MESSAGES}|\bavsluta(?: \w+){{0,2}} {_MESSAGES}",
        "vill inte ha": rf"\b(?:vill|onskar|behover)(?: \w+)? inte(?: \w+){{0,5}}? (?:{_MESSAGES}|kontakt\w*|bli kontaktad|hora av er|fa fler|fa mer|hora mer)\b",
        "ta bort mig": r"\b(?:ta|tag|plocka|stryk)(?: (?:genast|snalla|omedelbart))* (?:bort )?(?:mig|oss|mitt (?:nummer|namn|mobilnummer|telefonnummer)|mina uppgifter|det har numret|numret)(?: \w+){0,2}? (?:bort|fran|ur)\b|\b(?:ta|tag|plocka) bort (?:mig|oss|mitt \w+|mina uppgifter|det har numret|numret)\b|\bradera (?:mig|mitt \w+|mina uppgifter|det har numret|numret)\b|\bglom mitt nummer\b",
        "avregistrera": r"\b(?:avregistrera|avanmal|avanmala|avprenumerera)\w*(?: (?:mig|oss|mitt nummer|numret)| [.,]| $)|\b(?:vill|onskar)(?: \w+){0,2} (?:avregistrera|avanmala|avsluta|bli borttagen)\w*",
        "skriv inte mer": rf"\b(?:skicka|smsa|sms a|kontakta|skriv|stor|messa)(?: (?:mig|till mig|snalla))* (?:inte|aldrig)(?: \w+){{0,3}}? (?:mer|mera|igen|langre|fler|{_MESSAGES})\b|\b(?:kontakta|smsa|stor) (?:mig )?(?:inte|aldrig)(?: mig)?(?= [.,]| $| tack)",
        "lämna mig i fred": r"\blamna (?:mig|oss) (?:ifred|i fred)\b|\blat (?:mig|oss) vara\b",
        "samtycke återkallat": r"\b(?:aterkall|drar|dra)\w*(?: \w+){0,3} samtycke\b|\bsamtycke(?: \w+){0,2} aterkall\w*",
    },
    unsure={
        "fel nummer": r"\bfel (?:nummer|person|mottagare)\b|\binte (?:hans|hennes|ratt) nummer\b",
        "inte intresserad": r"\binte (?:\w+ )?intresse\w*|\binget intresse\b|\bointresserad\b",
        "varifrån numret": r"\b(?:hur|var|vem|varifran)(?: \w+){0,4} (?:mitt nummer|mina uppgifter)\b",
        "anmäla": r"\b(?:anmal|blocker|polisanmal)\w*(?: \w+)?(?: er| dig| detta| det| [.]| $)",
        "spam": r"\bspam\w*|\boonskad\w*",
        "aldrig anmält": r"\baldrig (?:\w+ )?(?:anmalt|registrerat|bett|bestallt|godkant)\b|\binte (?:anmalt|registrerat|bett om|godkant)\b",
        "prenumeration": r"\b(?:avsluta|saga upp|sag upp|avboka)(?: \w+){0,2} (?:prenumeration|abonnemang|medlemskap|tjanst)\w*",
        "stopp": r"^(?: \w+){0,2} (?:stopp?|sluta|lagg av)(?: \w+){0,2} [.]? ?$",
    },
)
