"""Salesforce replaces merge fields such as `{!Case.Subject}` and `{{{Contact.Name}}}` when an e-mail is composed.

A model's text could otherwise print another field of the case to whoever reads the e-mail; ours says what it says.
"""

import re

HAIR_SPACE = "\u200a"  # narrow, and a real character: what strips invisible ones leaves it in place
_VANISHING = "\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\x00-\x08"
_OPENING = re.compile(rf"\{{(?=[{_VANISHING}]*[{{!%])")


def neutralised(text: str) -> str:
    """The same plain text to a reader, with a hair space in what would be taken for a merge field."""
    return _OPENING.sub("{" + HAIR_SPACE, text)


def as_written(text: str) -> str:
    """The text before `neutralised`."""
    return text.replace("{" + HAIR_SPACE, "{")
