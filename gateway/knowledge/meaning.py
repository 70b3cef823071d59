"""Finds passages that say the same in other words: small static vectors of the optional extra `semantic`, which brings
its weights with it. No server is asked and nothing is downloaded."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from gateway.errors import ConfigurationInvalid

SHORT = 60
"""Words of a question up to which its meaning is looked at: the vector of a long mail points nowhere. Measured by
`bench/retrieval.py --semantic`."""


class Meaning:
    """The vectors of texts, each of length 1, or 0 for an empty text."""

    def __init__(self) -> None:
        try:
            library = import_module("wordllama")
        except ImportError:
            missing = (
                "semantic_search: its library is not installed; pip install 'countersign[semantic]', or take it out"
            )
            raise ConfigurationInvalid([missing]) from None
        self._model = library.WordLlama.load(cache_dir=Path(str(library.__file__)).parent, disable_download=True)

    def of(self, texts: Sequence[str]) -> Any:
        """A row a text. CPU work: some 200 passages a second, thousands of questions."""
        vectors = self._model.embed(list(texts), norm=False)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.where(lengths > 0, vectors / np.maximum(lengths, 1e-9), 0).astype(np.float32)

    def of_question(self, question: str) -> Any | None:
        """The vector of a question that is short enough to have one meaning."""
        return self.of([question])[0] if 0 < len(question.split()) <= SHORT else None
