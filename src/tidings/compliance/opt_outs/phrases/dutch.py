"""Rules for Dutch."""

from tidings.compliance.opt_outs.phrases.rules import Rules

_MESSAGES = r"(?:berichten|berichtjes|bericht|sms|smsjes|sms jes|smsen|reclame|meldingen|spam|aanbiedingen|appjes|nieuwsbrieven|sms berichten)"

DUTCH = Rules(
    language="nl",
    triggers=(
        r"stop|hou|kap|geen|nooit|niet meer|niks meer|niets meer|haal|verwijder|schrap|wis|schrijf|uitschrij|afmeld|meld|rust|toestemming|nummer|interesse|spam|reclame|"
        r"blokke|vergeet|berichten|sms|lijst|genoeg"
    ),
    courtesies=(
        "alsjeblieft",
        "alstublieft",
        "aub",
        "ajb",
        "graag",
        "bedankt",
        "dank u",
        "dank je",
        "hallo",
        "hoi",
        "nu",
        "direct",
        "ok",
    ),
    insistent={
        "waarom stoppen jullie niet": r"\bwaarom (?:stop|hou)\w*(?: \w+){0,3} niet\b",
        "als jullie niet stoppen": r"\bals (?:jullie|u|je|dit)(?: \w+){0,2} niet (?:stop|ophou|verwijder)\w*",
        "al gezegd": r"\bheb(?: \w+){0,4} (?:stop (?:gestuurd|gezegd|geantwoord)|gezegd dat (?:\w+ )*(?:stop\w*|geen)|afgemeld|uitgeschreven|gevraagd (?:om )?te stoppen)",
    },
    harmless={
        "niet stoppen": r"\b(?:niet|nooit)(?: \w+)? (?:stoppen|ophouden|uitschrijven|afmelden|verwijderen|uit te schrijven)\b|\bstop (?:alsjeblieft |aub )?niet\b(?: \w+){0,3}|\b(?:verwijder|schrijf|meld|haal) (?:mij|me|ons) (?:\w+ )?niet\b(?: \w+){0,2}",
        "haltes": r"\b(?:bus ?halte|stop ?contact|stop ?trein|tussen ?stop|volgende stop|laatste stop|stoplicht)\w*\b",
        "instructie": r"\b(?:stuur|antwoord|sms|beantwoord)(?: \w+){0,2} stop\b(?: \w+){0,4}",
        "iets anders afzeggen": r"\b(?:annuleer|afzeggen|annuleren|zeg)\w*(?: \w+){0,3} (?:afspraak|bestelling|reservering|vlucht|tafel)\b|\b(?:afspraak|bestelling|reservering|vlucht)(?: \w+){0,2} (?:annuleren|afzeggen)\b",
        "niets ontvangen": rf"\b(?:heb|hebt|heeft|hebben|had|kreeg)(?: \w+){{0,3}} (?:geen|nooit)(?: \w+)? {_MESSAGES}(?: \w+){{0,2}} (?:ontvangen|gekregen|gehad|gezien)",
        "roken": r"\bstop\w*(?: \w+)? met (?:roken|werken|drinken|regenen|huilen|praten|eten)\b|\bgestopt\b",
        "ziek melden": r"\b(?:ziek|aan|beter) ?(?:te )?melden\b|\bmeld (?:ik )?me (?:ziek|aan|morgen)\b|\bmeld me (?:ziek|aan)\b|\bschrijf me in\b",
    },
    limited={
        "hoe": r"\bhoe (?:\w+ ){0,4}?(?:uitschrijven|afmelden|af(?= [.,]| $)|stoppen|stop ik|stopzetten|uit(?= [.,]| $)|opzeggen|vanaf|van af)\b",
        "wanneer": r"\b(?:geen|niet|nooit|stop\w*)(?: \w+){0,5} (?:s nachts|zo laat|zo vroeg|s avonds laat|op zondag|in het weekend|voor \d+|na \d+|tijdens|elke dag|op dit tijdstip|midden in de nacht)\b",
        "dan niet": r"\b(?:s nachts|zo laat|zo vroeg|op zondag|in het weekend|voor \d+ uur|na \d+ uur|midden in de nacht)(?: \w+){0,2} (?:geen|niet)\b",
        "te veel": rf"\b(?:te veel|teveel|minder|zoveel|zo veel) {_MESSAGES}",
    },
    stop={
        "stop met": rf"\b(?:stop\w*|hou\w*|kap\w*|schei)(?: (?:nu|eens|alsjeblieft|aub|alstublieft|onmiddellijk|direct|nou|toch))*(?: (?:op|uit))? (?:met|ermee)(?: (?:het|die|deze|dit|al|mij|me|jullie|uw|ons|steeds|van|te))* (?:\w*stur\w*|\w*zend\w*|sms\w*|app\w*|\w*schrijv\w*|spam\w*|contact\w*|lastig\w*|mail\w*|benader\w*|stalk\w*|berichten \w+|{_MESSAGES})",
        "geen berichten meer": rf"\b(?:geen|nooit)(?: \w+){{0,2}}? {_MESSAGES}(?: \w+){{0,4}}? (?:meer|ontvangen|krijgen|sturen|hebben|aub|alstublieft|alsjeblieft|graag)\b|\b(?:wil|wens|hoef|wensen|willen|wilt u|graag)(?: \w+){{0,4}}? geen(?: \w+){{0,2}} {_MESSAGES}|(?:^|[.,]) (?:aub |alsjeblieft )?geen {_MESSAGES}(?= [.,]| $| meer)|\bgenoeg {_MESSAGES}",
        "niet meer sturen": r"\b(?:niet|nooit|niks|niets) (?:meer|weer|langer)(?: \w+){0,2}? (?:sms\w*|app\w*|stur\w*|te sturen|contact\w*|bericht\w*|benader\w*|lastig\w*|schrijv\w*|horen|ontvangen)\b|"
        r"\b(?:stuur|sms|app|schrijf|contacteer|benader|bericht|val)(?: (?:me|mij|ons|alsjeblieft|aub|dit nummer|nooit))* (?:niet|niks|niets|nooit|geen \w+)(?: \w+)? (?:meer|weer|lastig)\b",
        "verwijder mij": r"\b(?:haal|verwijder|schrap|wis|gooi|vergeet)\w*(?: (?:nu|aub|alsjeblieft|direct))* (?:mij|me|ons|mijn (?:\w+ )?(?:nummer|gegevens|telefoonnummer|naam|nr|contactgegevens)|dit nummer)(?= [.,]| $| uit| van| aub| alsjeblieft| alstublieft| nu| direct| graag)|\bmijn (?:nummer|gegevens|telefoonnummer)(?: \w+){0,3} (?:verwijder|wis|schrap|te verwijderen)\w*",
        "meld me af": r"\b(?:meld|schrijf)\w* (?:mij|me|ons)(?: \w+){0,2} (?:af|uit)\b|\b(?:wil|willen|wens|graag)(?: \w+){0,4} (?:uitschrijven|afmelden|uitgeschreven|afgemeld|verwijderd worden)\b|\b(?:mij|me) (?:uitschrijven|afmelden)\b|\b(?:van|uit) (?:de|jullie|uw|deze) (?:\w+ )?lijst (?:af )?(?:halen|verwijderen)\b",
        "laat me met rust": r"\blaat (?:mij|me|ons)(?: \w+)? met rust\b",
        "toestemming ingetrokken": r"\btrek(?: \w+){0,3} toestemming(?: \w+)? in\b|\btoestemming(?: \w+){0,2} (?:intrekken|ingetrokken|in te trekken)\b|\bgeen toestemming\b",
    },
    unsure={
        "verkeerd nummer": r"\bverkeerd[e]? (?:nummer|persoon)\b|\bniet (?:meer )?(?:zijn|haar) nummer\b",
        "geen interesse": r"\bgeen interesse\b|\bniet geinteresseerd\b",
        "hoe aan mijn nummer": r"\b(?:hoe|waar|wie)(?: \w+){0,5} (?:mijn nummer|mijn gegevens)\b",
        "melden": r"\b(?:ik ga|ik zal|ga)(?: \w+){0,3} (?:melden|blokkeren|aangifte)\b|\bblokkeer\b|\bacm\b|\badvocaat\b",
        "spam": r"\bspam\b|\bongewenst\w*\b|\birritant\b",
        "nooit aangemeld": r"\b(?:nooit|niet) (?:\w+ )?(?:aangemeld|ingeschreven|gevraagd|toestemming)\b|\bnooit om gevraagd\b",
        "abonnement": r"\b(?:abonnement|lidmaatschap)(?: \w+){0,2} (?:opzeggen|stopzetten|beeindigen)\b|\b(?:zeg|opzeggen)(?: \w+){0,2} (?:abonnement|lidmaatschap)\b",
        "stop": r"^(?: \w+){0,2} (?:stop|stoppen|genoeg|kappen)(?: \w+){0,2} [.]? ?$",
    },
)
