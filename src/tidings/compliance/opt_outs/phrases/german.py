"""Rules for German."""

from tidings.compliance.opt_outs.phrases.rules import Rules

_MESSAGES = r"(?:nachrichten|nachricht|sms|smse?n?|werbung|texte|mitteilungen|benachrichtigungen|werbe\w*|newsletter|infos|angebote|meldungen|spam|whatsapps?|zeug|mist)"

GERMAN = Rules(
    language="de",
    triggers=(
        r"stop|hor|hoer|keine|nicht mehr|nie |nichts mehr|losch|loesch|entfern|streich|abmeld|abbestell|melde|austrag|trag|nehm|nimm|ruhe|frieden|"
        r"vergess|vergiss|einwilligung|widerruf|widersprech|zustimmung|nummer|interess|spam|werbung|anzeige|blockier|lass|genug|raus|verteiler|nerv|nachts|spam"
    ),
    courtesies=(
        "bitte",
        "bitte schön",
        "danke",
        "vielen dank",
        "hallo",
        "moin",
        "sofort",
        "jetzt",
        "endlich",
        "ok",
        "guten tag",
    ),
    insistent={
        "warum hört ihr nicht auf": r"\bwarum (?:hor|hoer)\w*(?: \w+){0,3} nicht auf\b|\bkonn\w+ (?:sie|ihr)(?: \w+){0,4} nicht (?:aufhor\w*|aufhoer\w*|in ruhe)",
        "wenn ihr nicht aufhört": r"\bwenn (?:sie|ihr|du|das)(?: \w+){0,3} nicht (?:\w+ )?(?:aufhor|aufhoer|losch|entfern|stopp|in ruhe)\w*",
        "schon gesagt": r"\b(?:habe|hab|hatte)(?: \w+){0,4} (?:stopp?|abgemeldet|gekundigt|gesagt|geschrieben|geantwortet|geschickt)(?: \w+){0,3} (?:aufhor\w*|stopp?|nicht mehr|keine)\b|"
        r"\bhabe(?: \w+){0,3} (?:stopp?) (?:geschrieben|geschickt|geantwortet|gesendet)\b",
    },
    harmless={
        "hört nicht auf": r"\b(?:hor|hoer)\w*(?: (?:bitte|ja|sie|bloß|ihr))* nicht auf\b(?: \w+){0,3}",
        "nicht abmelden": r"\bnicht (?:\w+ )?(?:abmeld|losch|loesch|austrag|abbestell|entfern|streich|aufhor|kundig|stopp)\w*|\b(?:losch|entfern|streich|trag|meld|nehm)\w*(?: (?:sie|ihr|mich|uns|meine|nummer|bitte|auf keinen fall))* "
        r"(?:nicht|auf keinen fall)(?: \w+)?",
        "Haltestellen": r"\b(?:bus|zug|ampel|boxen|zwischen)(?: )?stopp?\b|\bstopp?(?:schild|uhr|over)\b|\b(?:kurzer|letzter|nachster) stopp?\b",
        "nichts erhalten": rf"\b(?:habe|hab|haben|hat|hatte)(?: \w+){{0,3}} keine? {_MESSAGES}(?: \w+){{0,2}} (?:erhalten|bekommen|gekriegt|gesehen)",
        "Anleitung": r"\b(?:sende|senden|antworte\w*|schreib\w*|schick\w*|mit)(?: \w+){0,3} stopp?\b(?: \w+){0,3}",
        "hören und gehören": r"\b(?:gehor|zuhor|anhor|aufgehort)\w*\b|\bhor\w* (?:ich|wir) (?:von|mal)\b|\b(?:hat|hatte) (?:es )?aufgehort\b",
        "etwas anderes abmelden": r"\b(?:meld|abmeld)\w*(?: \w+){0,3} (?:kurs|schule|verein|training|unterricht|arbeit|zahler|strom|auto|morgen|kind|sohn|tochter)\b(?: \w+){0,2}",
        "etwas anderes absagen": r"\b(?:storni|absag|kundig|cancel)\w*(?: \w+){0,2} (?:termin|bestellung|flug|reservierung|buchung)\b|\b(?:termin|bestellung|tisch|flug)(?: \w+){0,2} (?:stornieren|absagen|canceln|abbestellen)\b",
    },
    limited={
        "wie": r"\b(?:wie|wo)(?: \w+){0,5}? (?:abmeld\w*|abbestell\w*|ab(?= [.,]| $)|austrag\w*|aus(?= [.,]| $)|los|stoppen|abstell\w*|raus|kundig\w*|keine (?:sms|nachrichten|werbung))\b",
        "zu welcher Zeit": r"\b(?:keine?|nicht|nie|hor\w*|stopp)(?: \w+){0,5}? (?:nachts|so spat|so fruh|abends|am sonntag|sonntags|am wochenende|vor \d+|nach \d+|um diese uhrzeit|wahrend|mitten in der nacht|taglich|jeden tag)\b",
        "um die Zeit nicht": r"\b(?:nachts|so spat|so fruh|abends|sonntags|am sonntag|am wochenende|vor \d+ uhr|nach \d+ uhr|um diese uhrzeit|mitten in der nacht)(?: \w+){0,2} (?:keine?|nicht)\b(?: \w+){0,2}",
        "zu viele": rf"\b(?:zu viele?|so viele?|weniger) {_MESSAGES}",
        "außer": r"\b(?:keine?|abmeld\w*|stopp)\b.*\b(?:ausser|aber (?:bitte )?(?:weiterhin|noch)|nur noch)\b",
    },
    stop={
        "hört auf": rf"\b(?:hor\w*|hoer\w*)(?: (?:sie|ihr|bitte|endlich|doch|mal|jetzt|sofort|bloß|damit))* (?:auf|auf damit)\b(?: ,)?(?: \w+){{0,5}}? (?:\w*schreib\w*|schick\w*|zuschick\w*|send\w*|zusend\w*|nerv\w*|"
        rf"kontaktier\w*|belastig\w*|belaestig\w*|spam\w*|texten|simsen|bombardier\w*|{_MESSAGES})",
        "keine Nachrichten mehr": rf"\b(?:keine?|keinerlei|nie)(?: \w+){{0,2}}? {_MESSAGES}(?: \w+){{0,4}}? (?:mehr|bekommen|erhalten|haben|schicken|senden|zusenden)\b|\bkeine (?:weiteren|weitere) {_MESSAGES}\b|"
        rf"\b(?:mochte|moechte|will|wunsche|brauche|bitte|wollen)(?: \w+){{0,4}} keine?(?: \w+){{0,2}} {_MESSAGES}\b|\bschluss mit(?: \w+){{0,2}} {_MESSAGES}\b|(?:^|[.,]) (?:bitte )?keine? {_MESSAGES}(?= [.,]| $| bitte| danke)",
        "nichts mehr": r"\b(?:mochte|moechte|will|wollen)(?: \w+){0,4} (?:nichts mehr|nicht mehr)(?: \w+){0,4} (?:horen|hoeren|bekommen|erhalten|angeschrieben|kontaktiert|belastigt|werden)\b",
        "nicht mehr schreiben": r"\b(?:nicht|nie|nichts) (?:mehr|wieder)(?: \w+){0,2}? (?:\w*schreib|kontaktier|anschreib|texten|belastig|belaestig|send|zusend|schick|zuschick|anzuschreiben)\w*|"
        r"\b(?:schreib|schick|kontaktier|send|text|belastig)\w*(?: (?:sie|mir|mich|uns|ihr|bitte|an|diese|nummer|dieser))* (?:nicht mehr|nie wieder|nie mehr|nichts mehr)\b",
        "löscht meine Nummer": r"\b(?:losch|loesch|entfern|streich|vergess|vergiss)\w*(?: (?:sie|bitte|sofort|ihr|endlich|umgehend))* (?:mich|uns|meine? (?:\w+ )?(?:nummer|handynummer|daten|telefonnummer|kontaktdaten|kontakt|nr)|diese nummer)\b|"
        r"\b(?:meine (?:\w+ )?(?:nummer|daten|handynummer|telefonnummer)|diese nummer|mich)(?: \w+){0,5} (?:losch|loesch|entfern|streich)\w*",
        "aus dem Verteiler": r"\b(?:nehm|nimm|trag|werf|schmeiß|lass|streich|entfern|hol)\w*(?: (?:sie|ihr|bitte|sofort))* (?:mich|uns|meine nummer|diese nummer)(?: \w+){0,2} (?:aus|von|vom)\b(?: (?:der|dem|eurem|ihrem|eurer|ihrer|deiner|diesem|dieser|allen)|(?= [.,]| $))|"
        r"\b(?:aus|von) (?:dem|der|eurem|ihrem|eurer|ihrer) (?:verteiler|liste|sms liste|datenbank)(?: \w+)? (?:nehm|losch|streich|entfern|austrag)\w*",
        "melden Sie mich ab": r"\b(?:meld|bestell)\w*(?: (?:sie|ihr|bitte|sofort|hiermit|ich))* (?:mich|uns|meine nummer|das)(?: (?:bitte|sofort|hiermit|hier|davon))* ab\b|\b(?:mochte|moechte|will|wurde gern\w*)(?: \w+){0,3} (?:abmelden|austragen|abgemeldet werden)\b|"
        rf"\b(?:{_MESSAGES}|das hier|diesen dienst)(?: \w+){{0,2}} (?:abbestell|abmeld|abstell)\w*|\b(?:mich|uns) (?:\w+ )?(?:abmelden|austragen)\b",
        "lasst mich in Ruhe": r"\blass\w*(?: sie)? (?:mich|uns)(?: \w+){0,2} (?:ruhe|frieden)\b",
        "Einwilligung widerrufen": r"\bwiderruf\w*(?: \w+){0,3} (?:einwilligung|zustimmung|erlaubnis|einverstandnis)\b|\b(?:einwilligung|zustimmung)(?: \w+){0,3} (?:widerruf|zuruck)\w*|\b(?:widerspreche|widersprechen)(?: \w+){0,4} (?:nutzung|werbung|verarbeitung|kontakt\w*|zusendung)\b",
    },
    unsure={
        "falsche Nummer": r"\bfalsche[nr]? (?:nummer|person|empfanger|anschluss)\b|\bverwahlt\b|\bnicht (?:mehr )?(?:die|seine|ihre) nummer\b",
        "kein Interesse": r"\bkein(?:erlei)? interesse\b|\bnicht (?:\w+ )?(?:interessiert|interesse)\b|\binteressiert mich nicht\b",
        "woher die Nummer": r"\b(?:woher|wer|wie)(?: \w+){0,5} (?:meine nummer|meine daten|meine handynummer)\b",
        "Anzeige": r"\banzeige\b|\bbundesnetzagentur\b|\banwalt\b|\b(?:blockier|melde)\w* (?:ich |euch |sie |dich |diese |als )+\w*|\bbelastig\w+\b",
        "Spam": r"\bspam\b|\bnerv(?:t|en|st)\b|\bunerwunscht\w*\b",
        "nie angemeldet": r"\b(?:nie|nicht) (?:\w+ )?(?:angemeldet|bestellt|zugestimmt|abonniert|registriert|eingewilligt)\b",
        "Abo kündigen": r"\b(?:abo|abonnement|mitgliedschaft|vertrag)(?: \w+){0,3} (?:kundig|beend)\w*|\bkundig\w*(?: \w+){0,3} (?:abo|abonnement|mitgliedschaft|vertrag)\b",
        "stopp": r"^(?: \w+){0,2} (?:stopp?|schluss|aufhoren|genug)(?: \w+){0,2} [.]? ?$",
    },
)
