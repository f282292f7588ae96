"""Rules for Italian."""

from tidings.compliance.opt_outs.phrases.rules import Rules

_MESSAGES = r"(?:messaggi\w*|sms|pubblicità|promozion[ie]|notifiche|spam|offerte|comunicazioni|messaggini)"

ITALIAN = Rules(
    language="it",
    triggers=(
        r"messagg|sms|pubblicit|smett|finit|basta|piantat|non |cancell|elimin|rimuov|toglie|togli|tolg|disiscri|iscrizion|pace|consenso|numero|interess|spam|"
        r"stop|denunci|segnal|lasciat|lasciami|disabbon|niente"
    ),
    courtesies=(
        "per favore",
        "per piacere",
        "grazie",
        "grazie mille",
        "ciao",
        "buongiorno",
        "salve",
        "subito",
        "ok",
        "vi prego",
        "adesso",
    ),
    insistent={
        "perché non smettete": r"\bperche non (?:la )?(?:smett|finit|piant|mi cancell|mi toglie)\w*",
        "se non smettete": r"\bse non (?:la )?(?:smett|finit|piant|mi cancell|mi toglie)\w*",
        "ho già scritto stop": r"\bho (?:gia )?(?:scritto|mandato|inviato|risposto|chiesto|detto)(?: \w+){0,3} (?:stop|basta|di smettere|di cancellarmi|di non scriver\w*)",
    },
    harmless={
        "non smettete": r"\bnon (?:la )?(?:smett|finit)\w*(?: di)?(?: \w+)?",
        "non cancellatemi": r"\bnon (?:mi |ci )?(?:cancell|toglie|togli|rimuov|elimin|disiscriv)\w*(?: \w+)?|\bnon voglio (?:perdere|disiscriver\w*|cancellar\w*)(?: \w+){0,3}",
        "istruzioni": r"\b(?:invia|inviare|scrivi|scrivere|rispondi|rispondere|manda)(?: \w+){0,2} stop\b(?: \w+){0,4}",
        "annullare altro": r"\b(?:annull|cancell|disdi)\w*(?: (?:il|la|l|mio|mia|un|una|nostro))* (?:appuntamento|ordine|prenotazione|volo|visita|riunione|lezione|tavolo|viaggio)",
        "basta altro": r"\bbasta (?:un|una|poco|solo|che|cosi poco|cliccare|dire)\b|\bstop (?:del|della|dell|al|and go)\b",
        "ad altri": r"\bnon (?:gli|le|lo) (?:mandare|scrivere|scrivete|mandate|inviate)\b",
    },
    limited={
        "come": r"\bcome (?:\w+ ){0,3}?(?:disiscriv|cancell|smett|disabbon|annull|elimin|toglier|disattiv|non ricever|bloccar|interromper)\w*",
        "a che ora": r"\b(?:non|basta|smett\w*)(?: \w+){0,5} (?:di notte|la sera tardi|cosi tardi|cosi presto|la domenica|prima delle|dopo le|a quest ora|ogni giorno|durante)\b",
        "troppi": rf"\b(?:tropp[ie]|meno|tant[ie]) {_MESSAGES}",
    },
    stop={
        "smettete di": rf"\b(?:smett\w+|finit\w+|finiscila|piantat\w+|basta|cessate)(?: (?:per favore|subito|di|con|coi|la|i|questi|tutti|ora|vi prego|davvero|immediatamente|sempre))*(?: (?:mandar|inviar|scriver|contattar|disturbar|spam|romper|tormentar|tempestar)\w*| {_MESSAGES})",
        "non voglio messaggi": rf"\bnon (?:voglio|desidero|vorrei|intendo|vogliamo|ho bisogno|mi servono)(?: \w+){{0,4}}? (?:{_MESSAGES}|essere contattat\w|nulla da voi|niente da voi|piu niente|piu nulla)",
        "non voglio più ricevere": r"\bnon (?:voglio|desidero|vorrei)(?: \w+)? piu (?:ricever\w*|essere|sentir\w*)|\b(?:voglio|vorrei|desidero) (?:smettere di ricever\w*|non ricever\w* piu|essere (?:rimoss|cancellat|tolt|eliminat)\w)",
        "non scrivetemi": rf"\bnon (?:mi |ci )?(?:mand|invi|scriv|contatt|disturb|import)\w*(?: \w+){{0,2}}? (?:piu|mai piu|altro|altri|niente|nulla|{_MESSAGES}|roba)\b|\bnon (?:scriv|contatt|disturb|importun)(?:etemi|atemi|ermi|armi|ermi)\b",
        "basta messaggi": rf"\b(?:basta|niente|nessun|stop|fermate|bloccate|interrompete|sospendete)(?: (?:piu|altri|altro|con|coi|ai|i|gli|questi|tutti|a|l|invio|di|la|le|agli))* {_MESSAGES}",
        "cancellatemi": r"\b(?:cancell|elimin|rimuov|toglie|togli|tolg|depenn|disiscriv)\w*(?:mi|ci)\b|\b(?:cancell|elimin|rimuov|toglie|togli|tolg|depenn|dimentic)\w*(?: subito)? (?:il mio|questo|il nostro|i miei|mio) (?:numero|contatto|nominativo|nome|cellulare|dati|telefono)",
        "disiscrizione": r"\bdisiscri\w+|\bdisabbon\w+|\bannull\w*(?: \w+){0,2} iscrizione\b",
        "lasciatemi in pace": r"\blasci(?:atemi|ami|ateci) (?:in pace|stare|perdere)\b",
        "consenso revocato": r"\b(?:revoco|nego|ritiro|non do|non ho dato)(?: \w+){0,3} consenso\b|\bconsenso (?:\w+ )?revocato\b",
    },
    unsure={
        "numero sbagliato": r"\bnumero (?:\w+ )?(?:sbagliato|errato)\b|\bsbagliat[oe] (?:numero|persona)\b|\bnon e il (?:suo|numero)\b",
        "non interessa": r"\bnon (?:mi|ci) interess\w+|\bnon sono interessat\w",
        "da dove il numero": r"\b(?:chi|come|dove)(?: \w+){0,5} (?:mio numero|miei dati)\b",
        "denuncia": r"\b(?:denunci|segnal|blocc)\w*(?: \w+){0,2}(?: [.,]| $| per| come| al)|\bgarante\b|\bavvocato\b",
        "spam": r"\bspam\b|\bche palle\b",
        "mai iscritto": r"\b(?:mai|non) (?:\w+ )?(?:iscritt|richiest|chiest|autorizzat|registrat)\w*",
        "abbonamento": r"\b(?:disdi|annull|cancell|disattiv)\w*(?: \w+){0,2} (?:abbonamento|servizio|account)\b",
        "basta": r"^(?: \w+){0,2} (?:stop|basta|smettetela|smettila)(?: \w+){0,2} [.]? ?$",
    },
)
