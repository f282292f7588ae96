"""Rules for Spanish."""

from tidings.compliance.opt_outs.phrases.rules import Rules

_MESSAGES = r"(?:mensajes?|mensajitos|textos?|sms|publicidad|propaganda|promocion(?:es)?|notificaciones|avisos|spam|alertas|ofertas|anuncios)"

SPANISH = Rules(
    language="es",
    triggers=(
        r"mensaj|sms|texto|publicidad|baja|borr|quit[aeo]|elimin|saqu|saca|suscri|dej[aeo]|para |paren|pares|basta|mande|envi|"
        r"escrib|contact|molest|cancel|numero|interesa|stop|spam|consentimiento|autorizo|paz|remuev|notificacion|promocion|"
        r"denunci|bloque|propaganda|anular|listado|lista"
    ),
    courtesies=(
        "por favor",
        "porfavor",
        "xfa",
        "porfa",
        "gracias",
        "muchas gracias",
        "hola",
        "buenas",
        "señores",
        "ya",
        "ok",
    ),
    insistent={
        "por qué no paran": r"\bpor que no (?:paran?|dejan?|me borran|me quitan|me eliminan|se detienen)\b",
        "si no paran": r"\bsi no (?:paran?|dejan?|me borran|me quitan|me eliminan|me sacan)\b",
        "ya dije que no": r"\b(?:ya )?(?:les|os|te|le) (?:dije|he dicho|pedi|he pedido)(?: \w+){0,3} (?:no me|dejen?|paren?|borren|quiten|me borr|baja|stop)\w*",
        "ya envié stop": r"\b(?:ya )?(?:envie|mande|respondi|escribi|puse|he enviado|he mandado|he escrito)(?: \w+){0,3} (?:stop|baja)\b",
    },
    harmless={
        "no dejen": r"\bno (?:me )?(?:dejen?|deja|dejes|paren?|para|pares|quiero dejar|quisiera dejar|voy a dejar) de\b(?: \w+){0,2}",
        "no me borren": r"\bno (?:me |nos )?(?:borr|quit|elimin|saqu|den|des|remuev|cancel|desuscrib)\w*(?: de)?(?: baja| \w+)?",
        "no quiero perderme": r"\bno (?:me )?(?:quiero|quisiera) (?:perder|perderme|cancelar|darme)\b(?: \w+){0,3}",
        "instrucciones": r"\b(?:envie|envia|responda|responde|escriba|escribe|mande|manda)(?: \w+){0,2} (?:stop|baja|alto)\b(?: \w+){0,4}",
        "baja de algo": r"\bbaja (?:el|la|los|las|un|una|medica|laboral|por|maternal|temperatura|de precio|del)\b|\b(?:planta|temporada|temperatura|presion|"
        r"marea|voz|esta) baja\b(?! [.]| $)",
        "dar de baja algo": r"\b(?:dar|doy|den|de|damos) de baja (?:la|el|mi|un|una|nuestra|nuestro) (?:linea|internet|seguro|tarjeta|luz|gas|telefono fijo|contrato|router)",
        "parar en un sitio": r"\b(?:parar?|paro|paramos|parada) (?:en|a|por|un|el|la)\b",
        "cancelar otra cosa": r"\bcancel\w+ (?:mi |la |el |una |un |nuestra )?(?:cita|reserva|pedido|orden|vuelo|reunion|clase|consulta|turno|mesa|compra|tarjeta|viaje)",
        "a otros": r"\bno (?:le|les|lo|la) (?:mandes|envies|escribas|manden|envien|escriban)\b",
    },
    limited={
        "cómo": r"\bcomo (?:me |le |puedo |hago |se )*(?:\w+ )?(?:doy de baja|darme de baja|dar de baja|cancelo|cancelar|dejo|dejar|quito|quitar|desuscrib\w+|"
        r"paro|parar|detener|detengo|salgo|salir|borro|borrar|elimino|eliminar|para dejar|para que no)\b",
        "a qué hora": r"\bno (?:me |nos )?(?:mand|envi|escrib|molest)\w*(?: \w+){0,3}? (?:tan tarde|de noche|por la noche|en la noche|a estas horas|tan temprano|"
        r"en la madrugada|los domingos|antes de|despues de|en horario|mientras|hasta)\b",
        "solo algunos": rf"\bno (?:quiero|me manden|me envien)(?: \w+){{0,4}} {_MESSAGES}\b.*\b(?:pero|solo|salvo|excepto)\b",
        "demasiados": rf"\b(?:demasiad[oa]s|tant[oa]s|much[oa]s|menos) {_MESSAGES}",
    },
    stop={
        "no quiero mensajes": rf"\bno (?:quiero|deseo|quisiera|necesito|nos interesa|me interesa|queremos|autorizo|acepto)(?: \w+){{0,5}}? {_MESSAGES}\b",
        "no quiero recibir más": r"\b(?:no|ya no) (?:quiero|deseo|quisiera|queremos)(?: \w+)? (?:recibir(?:los|las)? (?:mas|nada|esto|estos|ningun)|que me (?:escrib|mand|envi|"
        r"contact|molest)\w+|ser contactad[oa]|saber (?:mas )?(?:nada )?de (?:ustedes|vosotros|esta))",
        "no me manden": rf"\b(?:no|ya no|nunca)(?: mas)?(?: (?:me|nos|vuelvan?|vuelvas|a|quiero que|que))* (?:mand|envi|escrib|contact|molest|texte|whatsape|spame)\w*"
        rf"(?: \w+){{0,2}}? (?:mas|nada|nunca|{_MESSAGES}|esto|estos|estas|otra vez|cosas|jamas)\b",
        "no me molesten": r"\b(?:no|ya no)(?: mas)?(?: (?:me|nos|vuelvan?|vuelvas|a))+ (?:mand|envi|escrib|contact|molest|texte)\w*(?= [.,]| $| por favor| gracias| porfa)",
        "dejen de": r"\b(?:dejen?|deja|dejad|dejar|paren?|para|pare|parad|parar|basta|cesen|detengan?|eviten?)(?: ya)? de (?:enviar|mandar|escribir|molestar|contactar|joder|"
        r"textear|llenar|spam|chingar|fastidiar|acosar|bombardear|hacer spam)\w*",
        "basta de mensajes": rf"\b(?:basta|paren?|alto|stop|pare|no mas|cero|suspend\w+|deteng\w+|desactiv\w+|anul\w+|cancel\w+|cesen)(?: (?:de|con|a|ya|los|las|el|la|estos|estas|"
        rf"tantos|tantas|sus|tus|mas|mis|todos|envio|envios|recibir)){{0,4}} {_MESSAGES}\b",
        "bórrenme": r"\b(?:quit(?:en|a|e|ar|ad)|borr(?:en|a|e|ar|ad)|elimin(?:en|a|e|ar|ad)|saqu(?:en|e)|saca(?:r|d)?|remuev(?:an|a)|retir(?:en|e|a)|exclu(?:yan|ya))(?:me|nos)\b",
        "borren mi número": r"\b(?:quit|borr|elimin|saqu|saca|remuev|remov|olvid|retir)\w* (?:ya )?(?:mi|este|el|mis|nuestro) (?:numero|telefono|contacto|nombre|celular|movil|datos)\b",
        "darme de baja": r"\b(?:darme|denme|dame|deme|dadme|darnos|dar) de baja\b(?! (?:la|el|mi) (?:linea|internet|seguro|tarjeta|luz|gas))|\bme (?:den|des|de|doy|dan|dais) de baja\b|"
        r"\b(?:quiero|solicito|deseo|pido|exijo|quisiera)(?: \w+){0,2} (?:mi |la |una )?baja\b|(?:^|[.,]) (?:por favor )?(?:de )?baja(?: [.,]| $)",
        "desuscribir": r"\bdes(?:us|ins)cri(?:b|p)\w*\b|\bdesapunt\w+me\b",
        "déjenme en paz": r"\bdej(?:en|a|e|ad|as)(?:me|nos) (?:en paz|tranquil[oa]s?)\b|\bdej(?:en|a) de (?:chingar|joder)\b",
        "consentimiento retirado": r"\b(?:revoco|retiro|no doy|anulo)(?: \w+){0,2} (?:consentimiento|permiso|autorizacion)\b|\bno autorizo\b",
    },
    unsure={
        "número equivocado": r"\b(?:numero|persona|telefono) (?:equivocad[oa]|errone[oa]|incorrect[oa])\b|\bse (?:equivoc\w+|confund\w+)\b|\bno soy (?:esa|la) persona\b|\beste no es el numero\b",
        "no me interesa": r"\bno (?:me|nos) interesa\b|\bno estoy interesad[oa]\b|\bsin interes\b",
        "de dónde el número": r"\b(?:quien|de donde|como)(?: \w+){0,3} (?:mi numero|mi telefono|mis datos)\b",
        "denunciar": r"\b(?:denunci|bloque|report|demand)\w+(?: \w+){0,2}(?: [.,]| $| por| a| como)|\bagencia de proteccion de datos\b|\bprofeco\b",
        "spam": r"\bspam\b|\bacoso\b|\bque fastidio\b",
        "suscripción": r"\b(?:cancel|anul|dar de baja|termin)\w*(?: \w+)? (?:suscripcion|servicio|cuenta|membresia)\b",
        "no suscrito": r"\b(?:nunca|no) me (?:suscribi|registre|apunte|inscribi)\b|\bno (?:pedi|solicite)\b",
        "stop": r"^(?: \w+){0,2} (?:stop|baja|basta|paren)(?: \w+){0,2} [.]? ?$",
    },
)
