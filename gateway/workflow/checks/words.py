"""The phrases that checks look for, in the languages that most drafts are written in."""

import re

_I = re.IGNORECASE

REFUSAL = re.compile(
    r"\bas an? (?:ai|artificial intelligence|(?:large )?language model|virtual assistant|automated (?:system"
    r"|assistant))\b"
    r"|\bi(?:['’]m| am) (?:just |only )?(?:an? )?(?:ai|language model|virtual assistant|chatbot|bot)\b"
    r"|\bi(?:['’]m| am) (?:sorry,? but )?(?:unable|not able) to (?:help|assist|answer|comply|fulfil|provide"
    r"|process this request)"
    r"|\bi (?:cannot|can['’]t|can not|won['’]t) (?:help|assist|answer|comply|fulfil|engage|discuss|provide (?:that"
    r"|this|assistance))"
    r"|\bi do(?:n['’]t| not) have (?:access to|information (?:on|about)|enough (?:information|context))"
    r"|\b(?:als ki|als künstliche intelligenz|als sprachmodell|ich bin (?:nur )?(?:eine ki|ein sprachmodell))\b"
    r"|\bich kann (?:ihnen |dir )?(?:dabei |damit |hierbei )?(?:leider )?nicht (?:weiter)?helfen\b"
    r"|\ben tant qu['’](?:ia|intelligence artificielle|assistant virtuel|modèle de langage)"
    r"|\bje ne peux pas (?:vous aider|répondre)"
    r"|\bcomo (?:ia|una? ia|inteligencia artificial|modelo de lenguaje|modelo de linguagem)\b|\bno puedo (?:ayudar"
    r"|responder)"
    r"|\bcome (?:ia|intelligenza artificiale|modello linguistico)\b|\bnon posso (?:aiutar|rispondere)"
    r"|\bals (?:ai|taalmodel)\b|\bik kan (?:je|u) (?:hier|daar)\w{0,3} niet (?:mee )?helpen",
    _I,
)

PROMISE = re.compile(
    r"\b(?:i|we)(?:['’]ll| will| shall) (?:definitely |certainly |gladly |immediately |personally |make sure "
    r"|ensure |see to it |of course )?"
    r"(?:refund|reimburse|credit|compensate|waive|replace|cancel|send (?:you )?(?:a |an )?(?:refund|replacement|new"
    r"|credit|voucher)|issue|give you|pay|extend|upgrade|deliver|fix|resolve|process|guarantee)\b"
    r"|\b(?:i|we) (?:promise|guarantee|assure you|commit to|can confirm that you will)\b"
    r"|\bis guaranteed\b|\bguaranteed (?:to|delivery|refund)\b"
    r"|\byou(?:['’]ll| will) (?:receive|get|be (?:refunded|reimbursed|credited|compensated)|have your)\b"
    r"|\byou are entitled to\b"
    r"|\b(?:wir|ich) (?:werden?|versprechen?|garantieren?|versichern?)\b[^.\n]{0,60}\b(?:erstatten|gutschreiben"
    r"|ersetzen|zusenden|schicken|stornieren|überweisen|entschädigen|liefern)\b"
    r"|\b(?:wir|ich) (?:garantieren?|versprechen?|erstatten?|überweisen?)\b"
    r"|\bsie erhalten\b[^.\n]{0,40}\b(?:erstattung|gutschrift|ersatz|geld)\b"
    r"|\bnous (?:vous )?(?:rembourserons|garantissons|promettons|enverrons|remplacerons|créditerons)\b"
    r"|\bvous (?:recevrez|serez remboursé)"
    r"|\b(?:le |les )?(?:reembolsaremos|garantizamos|prometemos|enviaremos|compensaremos)\b|\busted recibirá\b"
    r"|\brecibirá (?:el|un|su) (?:reembolso|abono)\b"
    r"|\b(?:rimborseremo|garantiamo|promettiamo|invieremo|sostituiremo)\b|\briceverà\b"
    r"|\b(?:reembolsaremos|garantimos|prometemos|enviaremos)\b|\bwij (?:zullen|beloven|garanderen)\b|\bu ontvangt\b",
    _I,
)
"""Commitments in somebody's name."""

DONE = re.compile(
    r"\b(?:i|we)(?:['’]ve| have)(?: just| now| already)? (?:refunded|cancelled|canceled|processed|issued|credited"
    r"|updated|changed|reset|removed|deleted|escalated|forwarded|sent|booked|approved|extended|waived|closed"
    r"|unlocked|activated|reversed)\b"
    r"|\byour (?:refund|order|account|request|payment|subscription) has (?:now |just |already )?been (?:refunded"
    r"|cancelled|canceled|processed|issued|approved|credited|updated|reset|deleted|closed|unlocked)\b"
    r"|\b(?:wir haben|ich habe)\b[^.\n]{0,60}\b(?:erstattet|storniert|veranlasst|gutgeschrieben|zurückgesetzt"
    r"|gelöscht|weitergeleitet|verschickt|geändert)\b"
    r"|\b(?:nous avons|j['’]ai)\b[^.\n]{0,40}\b(?:remboursé|annulé|traité|transmis|envoyé|modifié|supprimé)\b"
    r"|\b(?:hemos|he)\b[^.\n]{0,20}\b(?:reembolsado|cancelado|procesado|enviado|modificado|eliminado)\b"
    r"|\b(?:abbiamo|ho)\b[^.\n]{0,20}\b(?:rimborsato|annullato|elaborato|inviato|modificato|eliminato)\b",
    _I,
)
"""Claims that something happened: a draft has no hands."""

FOR_STAFF = re.compile(
    r"\b(?:ask|tell|inform|advise|remind|transfer|verify|confirm (?:it )?with|call|contact|apologi[sz]e to"
    r"|escalate) (?:the |this )?(?:customer|user|client|caller|requester)(?:['’]s)?\b"
    r"|\b(?:the|this) (?:customer|caller|requester)(?:['’]s)? (?:account|identity|profile|record|has|is|wants|must"
    r"|cannot|says)\b"
    r"|\b(?:bitten|fragen|informieren) sie den kunden\b|\b(?:den|des) kunden (?:fragen|bitten|informieren|hinweisen)\b"
    r"|\b(?:demandez|informez|dites) (?:le|la|au) client\b|\b(?:pida|pregunte|informe) al cliente\b",
    _I,
)
"""Instructions for whoever handles the ticket."""

ADVICE = {
    "legal": re.compile(
        r"\b(?:you (?:should|could|can|may) (?:sue|take (?:legal action|them to court)|file (?:a lawsuit|suit))"
        r"|(?:this|it) (?:is|constitutes) (?:a )?(?:breach of contract|illegal|unlawful)|we (?:are|admit) (?:liab"
        r"|legally responsib)le"
        r"|you have (?:a|the) legal right|(?:legal|lawyer['’]s) advice|statute of limitations"
        r"|sie (?:sollten|können) klagen|rechtsanspruch|rechtlich verpflichtet|wir haften|vous pouvez porter plainte"
        r"|tiene derecho legal)\b",
        _I,
    ),
    "medical": re.compile(
        r"\b(?:\d{1,4} ?(?:mg|ml|mcg|µg)\b[^.\n]{0,40}\b(?:daily|per day|twice|every|täglich|par jour|al día)"
        r"|you (?:may|might|probably|likely) have (?:an? )?(?:infection|allergy|condition|disease|disorder)"
        r"|stop taking|start taking|increase (?:your|the) dose|reduce (?:your|the) dose|diagnos(?:is|ed)"
        r"|symptoms? (?:suggest|indicate)s?)\b",
        _I,
    ),
    "financial": re.compile(
        r"\b(?:you should (?:invest|buy|sell|short|borrow|refinance)|(?:we|i) (?:recommend|advise"
        r"|suggest) (?:investing|buying|selling|refinancing|that you (?:invest|buy|sell))"
        r"|(?:guaranteed|high|safe) returns?|tax[- ](?:deductible|free) for you|will (?:rise|go up"
        r"|increase) in value)\b",
        _I,
    ),
}

LEAK = re.compile(
    r"\b(?:my|the|these) (?:system )?(?:prompt|instructions) (?:say|says|state|states|tell|tells|are|is|forbid"
    r"|forbids|require|requires)\b"
    r"|\bsystem prompt\b|\bi (?:was|am|have been) (?:instructed|told|programmed|prompted) (?:to|not to)\b"
    r"|\b(?:according to|based on|per|in) (?:the )?(?:passages?|provided (?:context|passages|documents|sources)"
    r"|my instructions|the (?:given|supplied) (?:context|documents))\b"
    r"|</?(?:ticket|passages?|question|thread|context|instructions?|system)>",
    _I,
)

PROFANITY = re.compile(
    r"\b(?:fuck\w*|shit\w*|asshole\w*|bastard\w*|bitch\w*|cunt\w*|dickhead\w*|motherf\w*|bullshit|wtf"
    r"|stupid (?:customer|question|user)s?|idiot\w*|moron\w*"
    r"|scheiß\w*|arschloch\w*|verdammt\w*|hurensohn|merde|putain|connard\w*|salope|mierda|joder|cabrón|gilipollas"
    r"|cazzo|stronzo|merda|porra|caralho|klootzak|godverdomme)\b",
    _I,
)

TONE = {
    "like a reproach": re.compile(
        r"\b(?:you should(?:['’]ve| have) (?:read|known|checked|told|noticed)|as (?:i|we) (?:already|clearly)"
        r"|(?:i|we)(?:['’]ve| have) already (?:told|explained)|that(?:['’]s| is) (?:your (?:own )?|not our )"
        r"(?:fault|problem)|you (?:failed|forgot|neglected|refuse) to|calm down"
        r"|wie (?:bereits|schon) (?:mehrfach|gesagt)|selbst schuld|ihr (?:eigenes )?problem|beruhigen sie sich"
        r"|calmez-vous|c['’]est votre (?:faute|problème)"
        r"|cálmese|es su (?:culpa|problema)|si calmi|è colpa sua)\b",
        _I,
    ),
    "careless": re.compile(r"\b(?:lol|lmao|omg|whatever|duh|gonna|wanna|dude|bro|haha\w*)\b|!{2,}|\?{2,}|\?!", _I),
    "like shouting": re.compile(r"\b(?:[A-ZÄÖÜ]{2,}[,;:]? ){3,}[A-ZÄÖÜ]{2,}\b"),
}
