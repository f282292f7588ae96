"""Rules for French."""

from tidings.compliance.opt_outs.phrases.rules import Rules

_MESSAGES = r"(?:messages?|sms|textos?|publicites?|pubs?|notifications?|spams?|promos?|promotions?|sollicitations?|mails?|offres|alertes)"

FRENCH = Rules(
    language="fr",
    triggers=(
        r"arret|stop|cess|desabonn|desinscri|plus |retir|supprim|enlev|effac|radi|raye|tranquille|paix|oubli|consentement|oppose|"
        r"opposition|numero|interess|spam|harcel|signal|bloqu|marre|lachez|recevoir|derang|pub|envoy|liste|ecri|plainte|cnil|33700"
    ),
    courtesies=(
        "s'il vous plaît",
        "s'il te plaît",
        "svp",
        "stp",
        "merci",
        "merci beaucoup",
        "bonjour",
        "bonsoir",
        "salut",
        "immédiatement",
        "ok",
    ),
    insistent={
        "pourquoi n'arrêtez-vous pas": r"\bpourquoi (?:n |ne )?(?:arretez|arretes|cessez)\w*\b|\bpourquoi (?:vous |tu )?(?:n |ne )?(?:arretez|arretes|cessez) pas\b",
        "si vous n'arrêtez pas": r"\bsi (?:vous|tu|ca)(?: n| ne)? (?:arret|cess|me desabonn|me supprim|me retir)\w*(?: pas)?\b",
        "déjà demandé": r"\b(?:je vous ai|je t ai|j ai)(?: \w+){0,2} (?:demande|dit|envoye|ecrit|repondu|tape)(?: \w+){0,4} (?:stop|arreter|d arreter|desabonn\w*|desinscri\w*|supprim\w*)\b",
    },
    harmless={
        "n'arrêtez pas": r"\b(?:n |ne )(?:\w+ )?(?:arret|cess|stopp)\w* (?:pas|jamais|surtout pas)\b(?: \w+){0,3}",
        "ne me désabonnez pas": r"\bne (?:me |m |nous |veux pas |souhaite pas )?(?:(?:me|etre) )?(?:desabonn|desinscri|supprim|retir|enlev|effac|radi)\w*(?: pas)?(?: \w+){0,2}",
        "instructions": r"\b(?:envoyez|repondez|tapez|envoyer|repondre|envoie|reponds)(?: \w+){0,3} stop\b(?: \w+){0,4}|\bstop (?:au|sms)(?: \d+)?\b(?! [.]?$)|\bstop pub au\b",
        "arrêts": r"\b(?:arret (?:de bus|maladie|de travail|du|de la|a|au|des|cardiaque|sur|metro|tram)|(?:prochain|un|l|cet|son|mon|en|d|sans|dernier) arret)\b",
        "s'arrêter": r"\b(?:m|t|s|nous nous|vous vous) arret\w+\b|\barret\w* (?:de )?(?:fumer|boire|travailler|pleuvoir|manger|rire|pleurer|le |la |les (?!sms|messages)|mon |ma |un )",
        "plus tard": r"\b(?:n est plus|plus tard|plus de (?:temps|place|stock|pain|monde|details|batterie|reseau))\b",
        "annuler autre chose": r"\bannul\w+ (?:mon |ma |le |la |une |un |notre )?(?:rendez vous|rdv|commande|reservation|vol|seance|table|livraison)",
    },
    limited={
        "comment": r"\bcomment (?:\w+ ){0,3}?(?:desabonn|desinscri|arret|stopp|supprim|retir|enlev|ne plus|annul|resili)\w*|\bcomment (?:faire )?pour (?:ne plus|se desabonner|arreter|me desabonner)\b",
        "à quelle heure": rf"\b(?:arret\w*|cess\w*|ne m|ne me|pas de {_MESSAGES}|plus de {_MESSAGES})(?: \w+){{0,5}} (?:la nuit|le soir|si tard|aussi tard|si tot|le dimanche|le week end|avant \d+h?|apres \d+h?|pendant|tous les jours|a cette heure)\b",
        "trop": rf"\b(?:trop|moins|tellement) de {_MESSAGES}\b",
        "sauf": r"\b(?:arret|stop|desabonn|plus)\w*\b.*\b(?:sauf|mais (?:gardez|continuez|je veux|laissez))\b",
    },
    stop={
        "arrêtez d'envoyer": r"\b(?:arret\w*|stop\w*|cess\w*|finissez|veuillez (?:arreter|cesser))(?: (?:s il vous plait|s il te plait|svp|stp|immediatement|maintenant|tout de suite|donc|enfin|un peu|vite))*(?: ,)? "
        r"(?:de |d |avec |les |vos |ces |tes )+(?:m |me |nous |toujours )*(?:envoyer|envoi\w*|ecrire|contacter|harceler|spammer|embeter|deranger|sms|textos?|messages?|messager|emmerder|relancer|solliciter|"
        r"pubs?|publicites?|spam\w*|saouler|souler|bombarder|conneries|faire chier)\b",
        "ne m'envoyez plus": rf"\b(?:ne |n )?(?:m |me |nous )(?:envoy|ecri|contact|envoi|derang|sollicit|spamm|relanc|embet)\w*(?: \w+)? (?:plus|jamais|pas de {_MESSAGES})\b",
        "n'envoyez plus": r"\bn (?:envoyez|envoie|ecrivez) plus (?:de |d |rien|jamais|aucun|vos|ces|a ce numero|sur ce numero)|\bplus rien m envoyer\b",
        "je ne veux plus": rf"\b(?:veux|souhaite|desire|voudrais|aimerais|voulons)(?: \w+)? (?:plus|pas)(?: \w+){{0,5}}? (?:{_MESSAGES}|sollicite\w*|contacte\w*|derange\w*|de vos|entendre parler)\b|"
        r"\b(?:veux|souhaite|desire|voudrais|aimerais)(?: \w+)? (?:plus|ne plus)(?: \w+)? (?:recevoir|etre|avoir de vos)\b|\bne plus (?:rien )?recevoir\b|\bne plus etre (?:contacte|sollicite|derange)",
        "plus de messages": rf"(?:^|[.,]) (?:s il vous plait |svp |merci de |stop )?(?:plus (?:de|d|aucun|un seul)|assez de|marre (?:de|de vos|des)|fini les|stop aux?|stop a vos|pas de|aucun) {_MESSAGES}\b",
        "désabonnez-moi": r"\b(?:desabonn|desinscri)\w*\b",
        "retirez-moi": r"\b(?:retir|supprim|enlev|effac|ray|radi|sor)(?:ez|e|er|tez|s|es)(?: (?:moi|nous|vite|donc|svp|immediatement))* (?:moi|nous|(?:mon|ce|le) (?:numero|nom|contact|telephone|tel|portable|num)|mes (?:coordonnees|donnees|infos))(?: de| des| du)?\b",
        "oubliez-moi": r"\b(?:laiss\w+|foutez|fichez|lachez|oubli\w+)(?: (?:moi|nous|mon|ce))(?: (?:tranquille|la paix|en paix|numero|les baskets))\b|\blachez moi\b",
        "consentement retiré": r"\b(?:retire|revoque|annule|refuse)(?: \w+){0,2} (?:consentement|accord|autorisation)\b|\b(?:droit d opposition|je m oppose)\b",
    },
    unsure={
        "mauvais numéro": r"\b(?:mauvais|faux) numero\b|\btrompe\w* de (?:numero|personne)\b|\berreur de (?:numero|destinataire)\b|\bce n est pas (?:le|son) numero\b",
        "pas intéressé": r"\b(?:pas|plus|non) interesse\w*\b|\b(?:ca|cela|ceci) ne m interesse pas\b|\bne m interesse (?:pas|plus)\b",
        "d'où le numéro": r"\b(?:comment|ou|qui)(?: \w+){0,4} mon numero\b",
        "signaler": r"\b(?:signal|porter plainte|porte plainte|bloqu|denonc)\w*\b|\bcnil\b|\bharcel\w+\b|\b33700\b",
        "spam": r"\bspams?\b|\bmarre\b",
        "jamais inscrit": r"\b(?:jamais|pas) (?:\w+ )?(?:inscrit|abonne|demande|donne mon)\w*\b",
        "abonnement": r"\b(?:resili|annul|arret)\w+ (?:mon |l |cet |cette )?(?:abonnement|souscription|adhesion)\b",
        "stop": r"^(?: \w+){0,2} (?:stop|arretez|arrete|ca suffit)(?: \w+){0,2} [.]? ?$",
    },
)
