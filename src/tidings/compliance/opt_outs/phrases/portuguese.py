"""Rules for Portuguese."""

from tidings.compliance.opt_outs.phrases.rules import Rules

_MESSAGES = r"(?:mensage\w+|sms|publicidade|propagandas?|torpedos?|promoç(?:ão|ões)|notificaç(?:ão|ões)|spam|mensagenzinhas|textos?|msgs?|avisos|ofertas)"

PORTUGUESE = Rules(
    language="pt",
    triggers=(
        r"mensage|sms|publicidade|propaganda|torpedo|par[aeo]|deix|chega|nao |tir[aeo]|remov|exclu|apag|retir|descadastr|sair|cancel|paz|consentimento|"
        r"numero|interess|spam|denunci|bloque|esque|stop|promoc|lista|elimin|msg"
    ),
    courtesies=(
        "por favor",
        "pf",
        "pfv",
        "por gentileza",
        "obrigado",
        "obrigada",
        "olá",
        "oi",
        "bom dia",
        "boa tarde",
        "já",
        "ok",
        "agora",
    ),
    insistent={
        "por que não param": r"\bpor ?que (?:voces )?nao (?:par|deix|me tir|me remov|me exclu)\w*",
        "se não pararem": r"\bse (?:voces )?nao (?:par|deix|me tir|me remov|me exclu)\w*",
        "já pedi": r"\b(?:ja )?(?:pedi|disse|falei|mandei|enviei|respondi|escrevi)(?: \w+){0,4} (?:stop|parar|pararem|sair|para (?:me )?(?:tirar|remover)\w*|para nao)\b",
    },
    harmless={
        "não parem": r"\bnao (?:par|deix)\w* de\b(?: \w+){0,2}|\bnao (?:quero|gostaria de) (?:parar|deixar|perder|sair|cancelar)\b(?: \w+){0,3}",
        "não me removam": r"\bnao (?:me |nos )?(?:tir|remov|exclu|apag|retir|descadastr)\w*(?: \w+)?",
        "instruções": r"\b(?:envie|responda|mande|digite|enviar|responder)(?: \w+){0,2} (?:stop|sair|parar)\b(?: \w+){0,4}",
        "paradas": r"\b(?:ponto|parada)(?: de| do)? (?:onibus|autocarro|metro)\b|\bpar(?:ar|ei|o|ou) (?:em|no|na|aqui|ali)\b",
        "cancelar outra coisa": r"\bcancel\w*(?: (?:a|o|minha|meu|uma|um|nossa))* (?:consulta|reserva|pedido|compra|voo|reuniao|aula|encontro|viagem|mesa|cartao)",
        "a outros": r"\bnao (?:lhe|lhes|o|a) (?:mand|envi|escrev)\w*",
        "sair de casa": r"\bsair (?:de casa|hoje|com|amanha|do trabalho|mais cedo|agora do|tarde|cedo|para)\b",
    },
    limited={
        "como": r"\bcomo (?:\w+ ){0,3}?(?:sair|cancel\w*|parar|paro|deixar|descadastr\w*|remov\w*|tirar|tiro|excluir|nao receber)\b",
        "a que horas": r"\bnao (?:me )?(?:mand|envi|escrev|incomod)\w*(?: \w+){0,4} (?:de noite|a noite|tao tarde|de madrugada|tao cedo|no domingo|aos domingos|antes das|depois das|a esta hora|essa hora|durante)\b",
        "demais": rf"\b(?:muit[ao]s|menos|tantas|demasiadas) {_MESSAGES}|\b{_MESSAGES} demais\b",
    },
    stop={
        "parem de": r"\b(?:par(?:em|e|a|ar|ai)|deix(?:em|e|a|ar)|chega|cess(?:em|e|ar))(?: (?:ja|por favor|pf|imediatamente|logo|agora))* (?:de|com)(?: (?:me|nos|as|os|essas|esses|estas|estes|tantas|tantos))* "
        rf"(?:enviar|mandar|escrever|contatar|contactar|incomodar|perturbar|encher|spam\w*|chatear|{_MESSAGES})",
        "não quero mensagens": rf"\bnao (?:quero|desejo|gostaria|pretendo|autorizo|preciso|queremos|aceito)(?: \w+){{0,5}}? (?:{_MESSAGES}|contat\w+|contact\w+|receber mais|mais receber|saber de voces)\b",
        "não me mandem": rf"\bnao (?:me |nos )?(?:mand|envi|escrev|contat|contact|incomod|perturb|encham)\w*(?: \w+){{0,2}}? (?:mais|nada|{_MESSAGES}|nunca|isso|isto)\b|\b(?:nao|nunca mais) (?:me|nos) (?:mand|envi|escrev|contat|contact|incomod|perturb)\w*(?= [.,]| $| por favor| obrigad)",
        "tirem-me": r"\b(?:me (?:tir|remov|exclu|apag|retir|descadastr)\w*|(?:tir|remov|exclu|apag|retir)\w* me)\b|\b(?:tir|remov|exclu|apag|retir|elimin|esque)\w*(?: (?:ja|o|a|do|de|por favor))* (?:meu|meus|minha|este|esse|nosso) (?:numero|contato|contacto|telefone|telemovel|nome|cadastro|dados|celular)",
        "descadastrar": r"\bdescadastr\w+|\bdesinscr\w+|\b(?:quero|gostaria de|desejo) (?:sair|ser removid\w|ser retirad\w|cancelar)\b(?! (?:de casa|com|hoje))",
        "chega de mensagens": rf"\b(?:chega|basta|stop|cancel\w*|suspend\w*|bloquei\w*|nada|sem|parem)(?: (?:de|com|as|os|a|o|mais|essas|esses|estas|estes|minha|inscricao|recebimento|envio|das|dos|nas|nos))* {_MESSAGES}\b",
        "deixem-me em paz": r"\b(?:me deix\w+|deix\w+ me|deixa eu) em paz\b|\bdeixem nos em paz\b",
        "consentimento retirado": r"\b(?:revogo|retiro|nao dou|nao autorizo)(?: \w+){0,2} (?:consentimento|autorizacao|permissao)\b|\bnao autorizo\b",
    },
    unsure={
        "número errado": r"\bnumero errado\b|\bengan(?:o|ado|ou)\b|\bpessoa errada\b|\bnao e o numero\b",
        "sem interesse": r"\bnao (?:tenho interesse|estou interessad\w|me interessa)|\bsem interesse\b",
        "de onde o número": r"\b(?:quem|como|onde)(?: \w+){0,4} (?:meu numero|meu contato|meu contacto|meus dados)\b",
        "denunciar": r"\b(?:denunci|bloque|process)\w*(?: \w+){0,2}(?: [.,]| $| por| como)|\bprocon\b|\banatel\b",
        "spam": r"\bspam\b|\bque saco\b",
        "nunca me inscrevi": r"\b(?:nunca|nao) (?:me )?(?:inscrev|cadastr|pedi|solicit|autoriz|regist)\w*",
        "assinatura": r"\b(?:cancel|encerr)\w*(?: \w+){0,2} (?:assinatura|subscricao|servico|conta|plano)\b",
        "parar": r"^(?: \w+){0,2} (?:stop|parem|pare|chega|sair)(?: \w+){0,2} [.]? ?$",
    },
)
