"""Names that a text itself announces, as "my name is" and "Dear Ms" do, and common first names."""

import re
from collections.abc import Iterator

from gateway.screening.given_names import GIVEN_NAMES

Span = tuple[int, int]

UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĽŁŃŇŌŐŘŚŞŠŤŪŮŰŲŹŻŽΑ-ΩА-ЯЁІЇЄ"
_PART = rf"(?:[{UPPER}][\w'’-]{{1,24}}|[{UPPER}]\.)"
_NAME = rf"({_PART}(?: (?:(?:van|von|de|del|della|da|di|la|le|el|bin|al|ter|den|der|zu) ){{0,2}}{_PART}){{0,3}})"
_LOOSE_NAME = r"([^\W\d_][\w'’-]{1,24}(?: [^\W\d_][\w'’-]{1,24})?)"
_TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herrn?|Frau|Mme|Mlle|M|Monsieur|Madame|Sr|Sra|Señora?|Sig|Sig\.ra|Signora?|Dhr"
    rf"|Mevr"
    rf"|Pan|Pani|mr|mrs|ms|dr)\b\.? {_NAME}"
)
_SAID = re.compile(
    rf"\b(?:[Mm]y (?:full |first |last )?name(?:'s| is)|[Mm]y name:|[Mm]ein Name ist|[Ii]ch hei(?:ß|ss)e"
    rf"|[Jj]e m['’]appelle|[Mm]on nom est"
    rf"|[Mm]e llamo|[Mm]i nombre es|[Mm]i chiamo|[Ii]l mio nome è|[Mm]eu nome é|[Cc]hamo-me|[Mm]e chamo"
    rf"|[Mm]ijn naam is|[Ii]k heet"
    rf"|[Mm]itt namn är|[Jj]ag heter|[Jj]eg hedder|[Jj]eg heter|[Nn]azywam się|[Mm]am na imię|[Мм]еня зовут"
    rf"|I am called|[Ss]igned by)\s{{0,2}}{_NAME}"
)
# Below a greeting stands a name alone on its line; a sentence that follows is none.
_SIGNED = re.compile(
    rf"\b(?:[Ss]incerely|[Rr]egards|[Gg]rü(?:ß|ss)en?|[Cc]ordialement|[Ss]aludos),?\n\s{{0,2}}{_NAME}(?=[ \t]*(?:\n|$))"
)
_SAID_LOOSELY = re.compile(
    rf"\b(?:my (?:full )?name is|mein name ist|je m['’]appelle|me llamo|mi chiamo)\s{_LOOSE_NAME}", re.IGNORECASE
)
_GREETED = re.compile(
    rf"(?:^|\n)\s{{0,3}}(?:Dear|Hi|Hello|Hey|Liebe[rs]?|Hallo|Guten Tag|Bonjour|Cher|Chère|Hola|Estimad[oa]|Ciao"
    rf"|Gentile|Olá|Prezad[oa]"
    rf"|Beste|Hej|Cześć) {_NAME}(?=[,!.:]|\s*\n|\s*$)"
)
_CAPITAL = re.compile(
    rf"\b([{UPPER}][^\W\d_]{{2,12}})\b(?! ?(?:&|GmbH|Inc|Ltd))(?: (?:[{UPPER}]\. )?[{UPPER}][\w'’-]{{2,24}}\b)?"
)
_NOT_A_NAME = frozenset(
    word
    for line in (
        "team support service sir madam all there everyone folks customer help desk kundenservice kundendienst",
        "zusammen damen herren equipo equipe équipe soporte servicio assistenza supporto servizio suporte",
        "klantenservice the a an not to my your our i it is das die der bitte ich le la les el los una un urgent",
        "regarding re fwd order account invoice about from please thank thanks monday tuesday wednesday thursday",
        "friday saturday sunday mr mrs ms miss mx dr prof frau herr herrn mme monsieur madame señor señora sig sra",
    )
    for word in line.split()
)


def people(text: str) -> Iterator[Span]:
    """Names after words that announce one, and common first names with the name behind them. Other names are found only
    if the ticket knows them."""
    for pattern in (_TITLED, _SAID, _SIGNED, _SAID_LOOSELY, _GREETED):
        for match in pattern.finditer(text):
            if match.group(1).split()[0].lower().strip(".") not in _NOT_A_NAME:
                yield match.span(1)
    for match in _CAPITAL.finditer(text):
        if match.group(1).lower() in GIVEN_NAMES:
            yield match.span()
