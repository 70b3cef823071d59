"""A drafter without a language model: it answers from the passages it is given, and says so."""
