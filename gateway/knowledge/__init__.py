"""What a draft may quote: articles read from their sources, cut into passages, searched by their words.

The articles are kept by the store; a worker builds an `Index` of them in memory and replaces it when they change."""

from gateway.knowledge.articles import Article, Audience, Defaults, Problem, Read
from gateway.knowledge.index import Found, Index, ScoredPassage
from gateway.knowledge.passages import Passage, passages_of
from gateway.knowledge.readers import read_folder, read_jsonl, read_source

__all__ = [
    "Article",
    "Audience",
    "Defaults",
    "Found",
    "Index",
    "Passage",
    "Problem",
    "Read",
    "ScoredPassage",
    "passages_of",
    "read_folder",
    "read_jsonl",
    "read_source",
]
