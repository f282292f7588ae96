"""Rules for English."""

from tidings.compliance.opt_outs.phrases.rules import Rules

_WRITING = r"(?:text|txt|messag|messg|msg|contact|send|spam|bother|bug|harass|annoy|solicit|writ|pester|bombard|pinging|hitting|blowing|mail|target)\w*"
_MESSAGES = r"(?:texts?|txts?|text messages?|messages?|msgs?|sms|mms|spam|alerts?|notifications?|promos?|promotions?|ads|marketing|blasts?|solicitations?|robotexts?)"
_THIRD = r"(?:him|her|them|his|your (?:kids?|wife|husband|mom|dad|boss|customers?)|the (?:kids?|guy|driver|customers?|doctor|school|office))"

ENGLISH = Rules(
    language="en",
    triggers=(
        r"stop|unsub|opt|remov|delet|take me|take my|take this|quit|cease|desist|cancel|end |ends |no more|enough|"
        r"dont |do not|never|no longer|leave me|leave us|lose my|lose this|forget|didnt|passed away|deceased|died|is dead|minor|years old|revoke|withdraw|consent|permission|"
        r"spam|wrong|interested|report|block|how did you|who gave|where did you|list|unwanted|harass|lawyer|legal|sue|"
        r"fcc|tcpa|go away|off|not allowed|bother|get me|halt|too many|too much|fewer|less |number|knock it|discontinue"
    ),
    courtesies=(
        "please",
        "pls",
        "plz",
        "pleas",
        "thanks",
        "thank you",
        "thank you very much",
        "and thank you",
        "and thanks",
        "thx",
        "ty",
        "ok",
        "okay",
        "hi",
        "hello",
        "hey",
        "sir",
        "now",
        "already",
        "just",
        "sorry",
        "asap",
        "immediately",
        "right now",
        "today",
        "kindly",
        "uh",
        "um",
        "omg",
        "ugh",
        "yo",
        "dude",
        "bro",
        "guys",
        "team",
        "i said",
    ),
    insistent={
        "why don't you stop": r"\bwhy (?:dont|do not|wont|cant|havent|arent) (?:you|u|ya|yall|they|these)(?: \w+){0,2} "
        r"(?:stop|quit|remove me|take me off|leave me|leaving me)",
        "can you stop texting": rf"\b(?:cant|wont|could|can|would|will) (?:you|u|ya|yall)(?: \w+){{0,2}} (?:stop|quit) "
        rf"(?!(?:\w+ ){{0,2}}{_THIRD}){_WRITING}",
        "if you don't stop": r"\bif (?:you|u|yall|this|these)(?: \w+){0,2}? (?:dont|do not|doesnt|does not|wont|will not) "
        r"(?:stop|quit|remove|take me|leave me)",
        "told you to stop": r"\b(?:told|asked|tell|telling|asking|begged|begging|requested) "
        r"(?:you|u|yall|you people|you guys)(?: \w+){0,4}? (?:to )?"
        r"(?:stop|quit|remove me|take me off|unsubscribe|leave me alone)\b(?! (?:by|at|in|over|for|the|and get|and pick))",
        "said stop already": r"\b(?:i|ive|we|weve|already|have)(?: \w+){0,3}? (?:texted|replied|sent|said|typed|wrote|text|reply|"
        r"responded|answered)(?: \w+){0,3}? (?:stop|unsubscribe|opt out|quit)\b(?! (?:by|the|at|in)\b)",
        "do not contact list": r"\b(?:on|to|in) (?:your|ur|the|a|an internal) (?:internal )?(?:dnc|do not|dont|opt out|no contact|suppression|stop)"
        r"(?: \w+){0,3}? ?list\b|\bdnc me\b|\badd (?:me|this number|my number) to (?:your |the )?(?:dnc|do not)\b",
        "stop means stop": r"\bstop means stop\b|\bno means no\b.*\bstop\b|\bwhat part of stop\b",
    },
    harmless={
        "instructions": r"\b(?:reply|text|txt|send|type|msg|says?|said|respond|answer|press|write)(?: \w+){0,3} stop (?:to|2|for|at any|"
        r"anytime|if|and)\b(?: \w+){0,3}",
        "stop to end": r"\bstop (?:to|2) (?:end|unsubscribe|unsub|opt out|quit|cancel|stop)\b",
        "stops of buses": r"\b(?:bus|truck|pit|rest|tram|train|metro|subway|next|last|first|second|final|quick|short|full|door|back|"
        r"one|non|a|the|each|every|that|your|our|any|shuttle|fuel|gas|coffee|bathroom) stops?\b",
        "signs and watches": r"\bstop (?:sign|light|watch|over|loss|gap|motion|order|button|codon|the clock|payment)s?\b|\bstop(?:light|watch|over|gap)",
        "stopping by": r"\bstop(?:ped|ping|s)? (?:by|in|over|off|at|for (?:a|an|the|some|lunch|dinner|coffee|gas|food|breakfast|drinks?)|"
        r"and (?:get|pick|grab|see|say|buy|smell|think)|on the way|here|there|near|along)\b",
        "stopping oneself": r"\bstop(?:ped|ping|s)? (?:work\w*|rain\w*|cry\w*|laugh\w*|smil\w*|think\w*|worry\w*|eat\w*|drink\w*|smok\w*|"
        r"tak\w*|buy\w*|play\w*|talk\w*|being|lov\w*|watch\w*|look\w*|runn\w*|bleed\w*|hurt\w*|us from|me from|at nothing|"
        r"short of|believing|mak\w+|us(?= [.,~]| $)|pretending|fighting|snow\w*|sleep\w*)\b",
        "stopping a thing": r"\bstop(?:ped|ping|s)? (?:the|a|an|our|their|his|her|any|global|climate|gun|animal|asian|cop|big|all|"
        rf"this|that|these|those|my|your)(?! {_MESSAGES})(?: \w+){{0,2}}? "
        r"(?:bill|war|violence|hate|tax|taxes|steal|pain|bleeding|car|music|presses|clock|fight|pipeline|vote|genocide|"
        r"spread|recall|hunger|traffic|bus|leak|leaking|change|cuts?|attacks?|deal|service|prop|crime|abuse|bullying|order)\b",
        "not stopping": r"\b(?:cant|cannot|could not|couldnt|wont|never|dont|do not|not|didnt|did not|doesnt|does not|wouldnt|shouldnt|"
        r"without|havent|isnt|wasnt|hasnt|nothing can|never will)(?: (?:want|wish|like|mean|need|intend|try|trying|wanted|meant|plan|"
        r"have|going|ever|you|please|yall|you dare|to|accidentally|actually|really|just|let|me|be|get|want me|it|going to)){0,4} "
        r"(?:stop\w*|unsub\w*|opt(?:ed|ing)? ?out|optout|remove me|removed|delete me|take me off|cancel\w*|quit\w*|end|revoke)\b",
        "not missing": r"\b(?:dont|do not|never|not|wouldnt|didnt)(?: \w+)? (?:want|wanna|like|wish)(?: to)? (?:miss|lose|skip|stop)\b(?: \w+){0,3}",
        "cancelling a thing": r"\b(?:cancel|cancell?ed|cancell?ing|end|ended|quit|quitting) (?:my|our|the|this|that|an?|it|for|his|her)? ?"
        r"(?:\w+ ){0,2}?(?:order|appointment|appt|reservation|booking|flight|meeting|plans?|trip|dinner|lunch|class|event|visit|"
        r"table|ride|card|payment|delivery|tickets?|job|school|smoking|drinking|lease|policy|rental|game|tomorrow|"
        r"today|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
        "ends of things": r"\b(?:end of|by the end|at the end|in the end|week ?end|year ?end|ends? (?:at|in|on|up|with)|to no end|the end|"
        r"dead end|high end|front end|end (?:time|date|result))\b",
        "opting out of a thing": r"\bopt(?:ed|ing)? out of (?:the |my |your |our |this |a )?(?:dental|health|insurance|paperless|trial|plan|"
        r"benefits?|policy|class|coverage|meeting|surgery|vision|401k|school|test|exam|upgrade|warranty)\w*",
        "off another list": r"\b(?:remove|take|get|put)(?: \w+){1,3} (?:off|from|on)(?: \w+){0,2} (?:wait ?list|waiting list|guest list|schedule|"
        r"flight|bill|lease|hold|group|reservation|order|meeting|rota|roster|invoice|menu|will|account)\b",
        "none came": rf"\b(?:got|get|received|receive|see|seeing|there are|there were|had|have) no (?:\w+ )?{_MESSAGES}",
        "spam filters": r"\bspam (?:filters?|folder|box|risk|likely)\b",
        "texting and driving": r"\b(?:text|texting|txt)(?:ing)? (?:and|while|when) (?:you )?(?:driv\w+|walking|at the wheel)\b|\btext and drive\b",
        "for other people": rf"\b(?:stop|quit|dont|do not|never|please dont) {_WRITING} {_THIRD}\b",
        "stop the car reasons": r"\bto stop (?:the|a|an|us|them|him|her|it from)\b",
    },
    limited={
        "how to stop": rf"\b(?:how|where|what (?:do|must|should|can) i)(?: \w+){{0,4}}? (?:unsub\w*|opt out|get off|get removed|be removed|get out of|get these to stop|"
        rf"stop (?:\w+ ){{0,3}}?(?:{_MESSAGES}|this|these|it)\b|stop (?:getting|receiving)|turn off|shut off|end (?:this|these)|"
        rf"cancel (?:this|these|the {_MESSAGES}|my subscription)|make (?:this|these|it|you) stop)",
        "can I stop": r"\b(?:can|could|may) i(?: \w+){0,2}? (?:unsub\w*|opt out|get off|stop getting|stop receiving|be removed|get removed)\b|"
        r"\bis there (?:a way|any way|an option|an? \w+)(?: \w+){0,2} (?:unsub\w*|opt out|stop)\b",
        "not at this time": rf"\b(?:stop|quit|dont|do not|no|never|cut it out|please dont)(?: \w+)? (?:{_WRITING}|{_MESSAGES})(?: \w+){{0,4}}? "
        r"(?:at night|this late|so late|late at night|after \d\w*|before \d\w*|so early|this early|in the morning|during|while|until|"
        r"at work|on sundays?|on weekends?|on the weekend|past \d\w*|till|right now im|today im|so often|so much|so many|"
        r"every (?:day|hour|minute)|twice|at \d\w*|after|before)\b",
        "at this time not": rf"\b(?:at night|before \d\w*|after \d\w*|in the morning|on sundays?|on weekends?|at work|this late|this early|when im \w+)"
        rf"(?: ,)?(?: \w+){{0,2}} (?:stop|dont|do not|no|never|please dont)(?: \w+)? (?:{_WRITING}|{_MESSAGES})",
        "not so many": r"\b(?:too many|too much|so many|fewer|less|way too)(?: \w+){0,2} (?:texts?|txts?|messages?|msgs?|alerts?|notifications?)\b|"
        r"\b(?:texts?|messages?) (?:are|is) too (?:many|much|frequent)\b",
        "not these": r"\b(?:stop|quit|no more|dont|do not|remove me from|unsubscribe me from|opt out of|cancel)(?: \w+){0,4}? "
        r"(?:duplicates?|the same|twice|weather|birthday|surveys?|daily|weekly|reminders?|emails?|calls?|calling)\b",
        "keep some": r"\b(?:stop|unsub\w*|remove me|opt out|no more)\b.*\b(?:but|except|just not|only|still)\b.*\b(?:keep|want|send|get|need|order|"
        r"shipping|delivery|appointment|receipts?)\b",
        "less often": r"\b(?:text|txt|message|send|write|texting|messaging)(?: \w+){0,3} (?:less|fewer|not so|not as)\b",
        "not calls": r"\b(?:stop|quit|dont|do not|never)(?: \w+)? call\w*\b",
    },
    stop={
        "stop texting": rf"\b(?:stop|quit|cease|halt|knock off|no more|enough(?: with| of)?)(?: (?:fucking|freaking|please|the|all|all the|"
        rf"with|with the|w|ever|always|it|n|and|of|w the|your|ur|f ing|effing|damn|goddamn|bloody|this|these|any|that)){{0,4}} "
        rf"(?!{_WRITING} {_THIRD}){_WRITING}(?! (?:and driv|while driv|in class))",
        "stop getting": rf"\b(?:stop|quit|end|no longer|discontinue)(?: \w+)? (?:getting|receiving|receive|get)(?: \w+){{0,4}}? "
        rf"(?:{_MESSAGES}|these|this|from you|them|it|anything)\b",
        "no more messages": rf"\b(?:stop|end|cease|halt|no more|no further|enough(?: with| of)?|discontinue|turn off|shut off|disable|cancel|kill|unwanted|no)"
        rf"(?: (?:with|w|of|all|any|the|these|those|your|ur|you|this|further|future|sending|more|such|please|my|me|damn|stupid|"
        rf"annoying|fucking|unwanted|dumb|from|text|marketing|promotional|automated|goddamn|phone|bot)){{0,5}} {_MESSAGES}\b(?! (?:received|yet|today from|came|got))",
        "remove me": r"\b(?:remove|delete|erase|drop|purge|scrub|scratch|strike|take|get|unlist)(?: (?:me|us|my|our|this|the|phone|cell|mobile|"
        r"number|no|num|name|info|information|contact|details|data|number|and|please)){1,4} (?:off|from|out of|of)\b",
        "remove my number": r"\b(?:remove|delete|erase|drop|purge|lose|forget|unsave|scrub) (?:me|us|my (?:phone |cell |mobile |contact )?"
        r"(?:number|no|num|numbers|info|information|contact|details|data|name|digits)|this (?:number|phone|contact|no))\b"
        r"(?! (?:from|on|off) (?:the )?(?:wait|group|schedule|order|invoice|bill|cc|thread))",
        "take me off": r"\btake (?:me|us|my (?:\w+ )?number|this number)(?: the \w+| \w+)? off\b(?! at\b| on \w+ (?:st|street|ave))|"
        r"\b(?:get|keep) me off\b(?: (?:of )?(?:this|your|the|that|ur|these|all)| [.,]| $)|\boff (?:of )?(?:your|ur|this|the|these) "
        r"(?:\w+ )?(?:list|lists|text|texts|contacts|database|mailing|system|distribution)\b",
        "unsubscribe me": r"\b(?:un ?sub(?:scribe|scrib|scibe|scribed)?)(?: (?:me|us|my|this|from|now|please|pls|here|immediately|all|now|both|to)\b| [.,]| $)",
        "want to unsubscribe": r"\b(?:want|wanna|like|wish|need|trying|tried|please|pls|plz|let me|going|requesting|request|id rather|must|to be)"
        r"(?: (?:to|you|be|an|for|please|immediate|is))* (?:un ?sub\w*|opt(?:ed|ing)? out|opt ?out|removed|be removed|be taken off|taken off)\b",
        "opt me out": r"\bopt (?:me|us|this number|my number|my phone) out\b|\b(?:i|im|i am|we|hereby|am)(?: \w+)? opt(?:ing)? out\b|"
        r"(?:^|[.,]) (?:please |pls |i )?opt(?:ing)? out(?: (?:of|from|please|now|thanks|me)\b| [.,]| $)|\bopting out\b",
        "don't want messages": rf"\b(?:no longer|dont|do not|never|not|no)(?: \w+)? (?:want|wants|wanna|wish|wishes|like|need|care|consent|agree|agreed|want to|"
        rf"interested in|authorize|consenting)(?: \w+){{0,6}}? (?:{_MESSAGES}|hear(?:ing)? from|be contacted|be texted|contacted|texted|messaged|texting me|contacting me|text me|contact me|on (?:this|your|ur|the|any) (?:\w+ )?list)\b",
        "don't text me": r"\b(?:do not|dont|never|no not|donot|dont you|no)(?: (?:ever|please|you|dare|even|u|you dare|fucking|keep|kindly|again))*? "
        r"(?:text|txt|message|msg|contact|sms|texting|contacting|messaging|spam|write|solicit|bother|disturb|harass)(?: (?:or|and|nor) (?:call|text|email|contact))? "
        r"(?:me|us|this|here|anymore|again|ever|my|to this|any ?more|any further)\b(?! (?:back|the|a|an|if|your|when|about|until|at|till)\b)",
        "don't send me": r"\b(?:do not|dont|never|stop|quit)(?: \w+)? (?:send|sending)(?: me| us)?(?: \w+)? "
        r"(?:any ?more|any|anything|more|these|this|texts?|messages?|stuff|crap|shit|spam|another|nothing|sms|again|ads|promos?)\b(?! (?:photos|pics|info))",
        "leave me alone": r"\b(?:leave|let) (?:me|us) (?:alone|be|in peace|tf alone|the \w+ alone)\b",
        "consent withdrawn": r"\b(?:revok\w+|withdraw\w*|rescind\w*|retract\w*)(?: \w+){0,3} (?:consent|permission|authorization|authorisation|opt in)\b|"
        r"\bconsent(?: \w+){0,3} (?:revoked|withdrawn|rescinded)\b|\b(?:no|not have|not given|never gave|dont have|didnt give)(?: \w+){0,2} "
        r"(?:consent|permission)(?: \w+){0,2} (?:text|contact|message|send|use)\b",
        "cease and desist": r"\bcease (?:and|n) desist\b|\bcease (?:all )?(?:contact|communications?)\b|\b(?:stop|end|no more|no further) (?:all |any )?"
        r"(?:contact|communications?|correspondence)\b",
        "a sentence of stop": r"(?:^|[.]) (?:(?:ok|okay|just|pls|please|plz|hey|no|yes|omg|ugh|seriously|i said|you need to|you have to|you must|"
        r"for the last time|for real|yall|and|i mean it|once again|again|enough) |, )*(?:stop|quit it|knock it off|cut it out)"
        r"(?: (?:it|this|that|now|already|please|pls|plz|asap|immediately|right now|thanks|thank you|all|everything|today|"
        r"these|them|ok|okay|forever|permanently|at once|smh|sir|guys|bro|yall|bothering|for good|ffs|i beg you|doing this|messages?))*(?= [.]| $)",
        "wants it to stop": r"\b(?:want|need|make|like|wish)(?: (?:you|this|these|it|them|all|for|the (?:texts?|messages?)))+(?: to)? (?:stop|end|go away)\b",
        "contact ended": r"\b(?:stop|end|cancel|discontinue|terminate|deactivate)(?: (?:my|this|the|your|all|any|text|sms|message|messaging|alert)){1,3} "
        r"(?:subscription|subscriptions|service|program|enrollment|alerts?)\b(?<!cancel my subscription)(?<!cancel the subscription)(?<!my service)(?<!the service)(?<!your service)",
    },
    unsure={
        "unsubscribe somewhere": r"\bun ?sub(?:scribe|scribing|scribed|scription)?\b|\bopt(?:ed|ing)? ?out\b|\boptout\b",
        "cancel a subscription": r"\b(?:cancel|end|stop|terminate) (?:my |the |this |our )?(?:subscription|membership|account|service|plan)\b",
        "a wrong number": r"\bwrong (?:number|person|guy|phone|contact|num|no|family|lady)\b|\b(?:not|isnt|no longer) (?:\w+ )?(?:his|her|their|my|that persons?|the right) "
        r"(?:number|phone)\b|\byou have the wrong\b|\bdont know (?:who this is|this number|you)\b",
        "not interested": r"\b(?:not|no longer|never|isnt|aint|im not)(?: \w+)? interested\b|\bno interest\b",
        "where the number comes from": r"\b(?:how|where) (?:did|do|on earth did|the \w+ did) (?:you|u|yall|they)(?: \w+)? (?:get|have|find|obtain)(?: \w+)? "
        r"(?:my|this|me)\b|\bwho gave (?:you|u|yall)(?: \w+)? (?:my|this)\b",
        "never signed up": r"\b(?:never|didnt|did not|dont recall|dont remember|havent|have not)(?: \w+)? "
        r"(?:sign(?:ed|ing)?|subscrib\w+|ask(?:ed)?|consent\w*|request\w*|agree\w*|opt(?:ed)? in|authoriz\w+|give you|gave you)\b",
        "reporting or blocking": r"\b(?:report(?:ed|ing)?|block(?:ed|ing)?) (?:you|u|this|this number|as|your|to|and)\b|\b(?:lawyer|attorney|sue you|suing|fcc|tcpa|"
        r"legal action|lawsuit|class action|harass\w+)\b",
        "spam": r"\bspam\w*\b|\bunwanted\b|\bunsolicited\b",
        "go away": r"\b(?:go away|fuck off|fuck you|f off|f u|piss off|buzz off|get lost|screw (?:off|you)|eff off|kick rocks|shut up|bug off|gtfo|stfu|bugger off)\b",
        "a word of stopping": r"^(?: \w+){0,3} stop(?: \w+){0,3} [.]? ?$|^ stop [,]|\bmake it stop\b|\bstop this\b(?: [.,]| $)",
        "dead or minor": r"\b(?:passed away|deceased|is dead|died)\b|\b(?:im|i am|this is) (?:a )?(?:minor|kid|child|\d{1,2} years old)\b",
        "end or cancel what": r"^(?: \w+){0,2} (?:cancel|end|quit) (?:it|this|that|these|them|all|everything)(?: \w+){0,2} [.]? ?$",
        "do not disturb": r"\bdo not disturb\b|\bdont bother\b|\bnot allowed to (?:text|contact)\b|\btake me off\b|\bremove me\b",
    },
)
