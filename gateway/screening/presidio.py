"""Names and more by Presidio, with spaCy models that the installation brings: the extra `presidio`.

Nothing is downloaded. A model is a package or a folder that spaCy loads by name; Presidio's own engine would fetch one
where it is missing, so it is never asked to."""

from collections.abc import Iterator, Mapping

from gateway.screening.language import language_of
from gateway.screening.personal import Kind, Match

SURE = 0.4  # Presidio's score from which a match counts; a model's name has .85
KINDS = {
    "PERSON": Kind.PERSON,
    "EMAIL_ADDRESS": Kind.EMAIL,
    "PHONE_NUMBER": Kind.PHONE,
    "CREDIT_CARD": Kind.CARD,
    "IBAN_CODE": Kind.IBAN,
    "IP_ADDRESS": Kind.IP,
    "US_SSN": Kind.NATIONAL_ID,
    "US_PASSPORT": Kind.NATIONAL_ID,
    "UK_NHS": Kind.NATIONAL_ID,
    "ES_NIF": Kind.NATIONAL_ID,
    "IT_FISCAL_CODE": Kind.NATIONAL_ID,
    "PL_PESEL": Kind.NATIONAL_ID,
}
"""What is asked for. Places are left: a town is often what a question is about, and no person."""


class Presidio:
    """Finds personal data in a text, in the language that the text is in, or else the first of `models`.

    `models`: language code -> name or folder of a spaCy model. Raises ImportError where the extra is not installed and
    OSError where a model is not there."""

    def __init__(self, models: Mapping[str, str]) -> None:
        import spacy
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import SpacyNlpEngine

        loaded = {language: spacy.load(model) for language, model in models.items()}
        engine = SpacyNlpEngine([{"lang_code": language, "model_name": model} for language, model in models.items()])
        engine.nlp = loaded
        self._languages = list(models)
        registry = RecognizerRegistry(supported_languages=self._languages)
        registry.load_predefined_recognizers(languages=self._languages, nlp_engine=engine)
        self._analyzer = AnalyzerEngine(
            registry=registry, nlp_engine=engine, supported_languages=self._languages, default_score_threshold=SURE
        )
        self._entities = {
            language: [name for name in self._analyzer.get_supported_entities(language) if name in KINDS]
            for language in self._languages
        }

    def __call__(self, text: str) -> Iterator[Match]:
        language = self._languages[0]
        if len(self._languages) > 1 and (code := language_of(text).code) in self._languages:
            language = str(code)
        for found in self._analyzer.analyze(text, language=language, entities=self._entities[language]):
            yield Match(KINDS[found.entity_type], found.start, found.end)
