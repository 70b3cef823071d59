"""The words by which mail programs and people mark what is not the message: quotes, signatures, disclaimers."""

import re

_I = re.IGNORECASE

WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|schreibt|a écrit|escribió|ha scritto|escreveu|schreef|skrev|skrifaði|napsal(?:\(a\)|a)?"
    r"|napísal(?:\(a\)|a)?|napisał(?:\(a\)|a)?|pisze|kirjoitti|írta|a scris|yazdı|написала?|написав|пише|έγραψε)\b"
    r"|写道|書きました|님이 작성|كتب",
    _I,
)
"""In the line above a quote: "On 3 May 2026, Anna wrote:"."""

ORIGINAL = re.compile(
    r"^\W{0,4}[-_=*]{2,20}\s?(?:original message|original appointment|ursprüngliche nachricht|originalnachricht"
    r"|message d['’]origine|message original|mensaje original|messaggio originale|mensagem original"
    r"|oorspronkelijk bericht"
    r"|ursprungligt meddelande|oprindelig meddelelse|oprindelig besked|opprinnelig melding|wiadomość oryginalna"
    r"|původní zpráva|alkuperäinen viesti|eredeti üzenet|исходное сообщение)\s?[-_=*]{0,20}\W{0,4}$",
    _I,
)

FORWARDED = re.compile(
    r"^\W{0,4}[-_=*]{2,20}\s?(?:forwarded (?:message|by)|weitergeleitete nachricht|message transféré|mensaje reenviado"
    r"|messaggio inoltrato|mensagem encaminhada|doorgestuurd bericht|vidarebefordrat|videresendt|wiadomość przekazana)"
    r"|^(?:begin forwarded message|anfang der weitergeleiteten|début du message)",
    _I,
)

HEADER = re.compile(
    r"^\W{0,4}(?:from|sent|to|cc|bcc|subject|date|reply-to|von|gesendet|an|betreff|datum|de|envoyé|à|objet"
    r"|enviado(?: el)?|para"
    r"|asunto|fecha|da|inviato|oggetto|data|a|assunto|van|verzonden|aan|onderwerp|från|skickat|till|ämne|fra|sendt"
    r"|til|emne"
    r"|od|wysłano|do|temat|odesláno|komu|předmět|kopie|kopia|lähettäjä|lähetetty|vastaanottaja|aihe|feladó|címzett"
    r"|tárgy"
    r"|от|отправлено|кому|тема|дата)\s?\*{0,2}\s?:\s?\*{0,2}\s?\S",
    _I,
)

REPLY_ABOVE = re.compile(
    r"^\W{0,10}(?:please )?(?:type|write|reply|enter|antworten sie|bitte (?:oberhalb|antworten)|répondez|écrivez"
    r"|responda"
    r"|escriba|rispondi|typ uw|skriv)[^\n]{0,60}(?:above|oberhalb|au-dessus|ci-dessus|por encima|sopra|acima|boven"
    r"|ovanför|over)"
    r"[^\n]{0,60}(?:line|linie|zeile|ligne|línea|riga|linha|regel|linje|linjen)?\W{0,10}$",
    _I,
)

SENT_FROM = re.compile(
    r"^\W{0,3}(?:sent from (?:my|yahoo|mail|outlook|samsung|proton|the )|sent (?:via|with) |get outlook for"
    r"|gesendet (?:von|mit|über) |von meinem \w{1,20} gesendet|diese nachricht wurde von meinem|envoyé (?:de|depuis"
    r"|à partir)"
    r"|télécharger outlook|enviado (?:desde|do|de|a partir)|inviato d|verzonden (?:vanaf|met|vanuit)|skickat från"
    r"|sendt fra"
    r"|wysłane z|odesláno z|lähetetty |отправлено (?:с|из) |iphone'?(?:umdan|dan) gönderildi)[^\n]{0,80}$",
    _I,
)

CLOSING = re.compile(
    r"^\W{0,2}(?:(?:with )?(?:best|kind|kindest|warm|warmest|many|my best)?\s?(?:regards|wishes)"
    r"|(?:yours )?(?:sincerely|faithfully|truly)"
    r"|best|cheers|thanks(?: (?:a lot|so much|again|in advance|and regards))?|thank you(?: (?:so much|very much"
    r"|in advance|again))?"
    r"|many thanks|all the best|take care|br|tia"
    r"|(?:mit )?(?:freundliche[nm]?|beste[nm]?|liebe[nm]?|viele[nm]?|herzliche[nm]?|schöne[nm]?|sonnige[nm]?) gr(?:ü"
    r"|ue)(?:ß|ss)e?n?(?: aus \w+)?"
    r"|gru(?:ß|ss)|hochachtungsvoll|mfg|lg|vg|vielen dank|danke|danke im voraus"
    r"|(?:bien )?cordialement|(?:meilleures |sincères )?salutations(?: distinguées)?|bien à vous"
    r"|merci(?: d['’]avance| beaucoup)?"
    r"|(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|un abrazo|(?:muchas )?gracias(?: de antemano)?"
    r"|(?:cordiali |distinti )?saluti|(?:molte )?grazie(?: mille)?|atenciosamente|cumprimentos|abraços"
    r"|(?:muito )?obrigad[oa]"
    r"|(?:met )?vriendelijke groet(?:en)?|groet(?:en|jes)?|mvg|(?:alvast )?bedankt|(?:med )?(?:vänlig|vänliga|venlig"
    r"|vennlig) h[äi]ls(?:ning(?:ar)?|en)"
    r"|mvh|hälsningar|tack(?: på förhand)?|z poważaniem|pozdrawiam|s pozdravem|ystävällisin terveisin|üdvözlettel"
    r"|с уважением)"
    r"\s?[,.!–—-]{0,3}$",
    _I,
)

DISCLAIMER = re.compile(
    r"\b(?:this (?:e-?mail|message|communication)[^.]{0,80}(?:confidential|privileged|intended (?:only|solely)"
    r"|for the (?:sole|exclusive))"
    r"|not the intended recipient|if you (?:have )?received this (?:e-?mail|message|in error)|confidentiality notice"
    r"|consider the environment|think before (?:you )?print|virus[- ]free\.|scanned (?:by|for) |registered (?:office"
    r"|in england)"
    r"|caution:? this (?:e-?mail|message)|(?:originated|sent) from outside (?:of )?(?:the|your|our)"
    r"|diese (?:e-?mail|nachricht)[^.]{0,80}(?:vertraulich|ausschließlich)|nicht der (?:richtige"
    r"|beabsichtigte) (?:adressat|empfänger)"
    r"|irrtümlich erhalten|umwelt[^.]{0,40}drucken|ce (?:message|courriel|mail)[^.]{0,80}confidentiel"
    r"|pas le destinataire"
    r"|este (?:mensaje|correo)[^.]{0,80}confidencial|no es (?:el|usted el) destinatario"
    r"|questo messaggio[^.]{0,80}riservat"
    r"|questa e-?mail[^.]{0,80}riservat|esta mensagem[^.]{0,80}confidencia|dit (?:bericht"
    r"|e-?mailbericht)[^.]{0,80}vertrouwelijk"
    r"|niet de geadresseerde|detta (?:meddelande|e-?post)[^.]{0,80}konfidentiell|denne (?:e-?post|e-?mail"
    r"|mail)[^.]{0,80}fortrolig)",
    _I,
)
