"""The sentences around the quotes, in each language that the offline drafter speaks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """One language. `source` and `foreign` take a title; `label` says what the letter is."""

    greeting: str
    intro: str
    source: str
    foreign: str
    partly: str
    nothing: str
    closing: str
    label: str


FRAMES = {
    "en": Frame(
        greeting="Hello,",
        intro="Thank you for your message. This is what our help centre says:",
        source="From “{title}”:",
        foreign="From “{title}”, which we only have in another language:",
        partly="On the rest of your message our help centre has nothing that fits.",
        nothing="Thank you for your message. Our help centre has nothing that answers it, so a person has to look "
        "at it.",
        closing="Kind regards",
        label="This reply was put together from the help centre without a language model.",
    ),
    "de": Frame(
        greeting="Guten Tag,",
        intro="vielen Dank für Ihre Nachricht. In unserem Hilfebereich steht dazu:",
        source="Aus „{title}“:",
        foreign="Aus „{title}“, leider nur in einer anderen Sprache vorhanden:",
        partly="Zum übrigen Teil Ihrer Nachricht steht in unserem Hilfebereich nichts Passendes.",
        nothing="vielen Dank für Ihre Nachricht. In unserem Hilfebereich steht dazu nichts Passendes, deshalb muss ein "
        "Mensch sie sich ansehen.",
        closing="Freundliche Grüße",
        label="Diese Antwort wurde ohne Sprachmodell aus dem Hilfebereich zusammengestellt.",
    ),
    "fr": Frame(
        greeting="Bonjour,",
        intro="Merci pour votre message. Voici ce que dit notre centre d’aide :",
        source="D’après « {title} » :",
        foreign="D’après « {title} », que nous n’avons que dans une autre langue :",
        partly="Pour le reste de votre message, notre centre d’aide ne contient rien qui convienne.",
        nothing="Merci pour votre message. Notre centre d’aide ne contient rien qui y réponde ; une personne doit donc "
        "l’examiner.",
        closing="Cordialement",
        label="Cette réponse a été composée à partir du centre d’aide, sans modèle de langage.",
    ),
    "es": Frame(
        greeting="Hola:",
        intro="Gracias por su mensaje. Esto es lo que dice nuestro centro de ayuda:",
        source="De «{title}»:",
        foreign="De «{title}», que solo tenemos en otro idioma:",
        partly="Sobre el resto de su mensaje, nuestro centro de ayuda no tiene nada que corresponda.",
        nothing="Gracias por su mensaje. Nuestro centro de ayuda no tiene nada que lo responda, así que debe verlo una "
        "persona.",
        closing="Un saludo",
        label="Esta respuesta se ha compuesto a partir del centro de ayuda, sin un modelo de lenguaje.",
    ),
    "it": Frame(
        greeting="Buongiorno,",
        intro="grazie per il suo messaggio. Ecco che cosa dice il nostro centro assistenza:",
        source="Da «{title}»:",
        foreign="Da «{title}», che abbiamo solo in un’altra lingua:",
        partly="Per il resto del suo messaggio, nel nostro centro assistenza non c’è nulla di adatto.",
        nothing="grazie per il suo messaggio. Nel nostro centro assistenza non c’è nulla che vi risponda, quindi deve "
        "occuparsene una persona.",
        closing="Cordiali saluti",
        label="Questa risposta è stata composta dal centro assistenza senza un modello linguistico.",
    ),
    "nl": Frame(
        greeting="Hallo,",
        intro="Bedankt voor uw bericht. Dit staat erover in ons helpcentrum:",
        source="Uit ‘{title}’:",
        foreign="Uit ‘{title}’, dat we alleen in een andere taal hebben:",
        partly="Over de rest van uw bericht staat niets passends in ons helpcentrum.",
        nothing="Bedankt voor uw bericht. In ons helpcentrum staat niets dat het beantwoordt; iemand moet er dus naar "
        "kijken.",
        closing="Met vriendelijke groet",
        label="Dit antwoord is zonder taalmodel samengesteld uit het helpcentrum.",
    ),
    "pt": Frame(
        greeting="Olá,",
        intro="Obrigado pela sua mensagem. Isto é o que diz o nosso centro de ajuda:",
        source="De “{title}”:",
        foreign="De “{title}”, que só temos noutra língua:",
        partly="Quanto ao resto da sua mensagem, o nosso centro de ajuda não tem nada que se aplique.",
        nothing="Obrigado pela sua mensagem. O nosso centro de ajuda não tem nada que lhe responda, por isso uma "
        "pessoa tem de a ver.",
        closing="Com os melhores cumprimentos",
        label="Esta resposta foi composta a partir do centro de ajuda, sem um modelo de linguagem.",
    ),
    "pl": Frame(
        greeting="Dzień dobry,",
        intro="dziękujemy za wiadomość. Oto co mówi nasze centrum pomocy:",
        source="Z artykułu „{title}”:",
        foreign="Z artykułu „{title}”, który mamy tylko w innym języku:",
        partly="Na pozostałą część wiadomości nasze centrum pomocy nie ma odpowiedzi.",
        nothing="dziękujemy za wiadomość. W naszym centrum pomocy nie ma na nią odpowiedzi, więc musi się nią zająć "
        "człowiek.",
        closing="Z poważaniem",
        label="Ta odpowiedź została złożona z centrum pomocy bez modelu językowego.",
    ),
}


def frame_for(language: str) -> Frame:
    """The frame of a language; English where we have none."""
    return FRAMES.get(language[:2].lower(), FRAMES["en"])
