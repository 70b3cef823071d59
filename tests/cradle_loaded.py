"""Imported once, by the server of forks: everything that a gateway would load, and no thread or connection of it."""

import gateway.app
import gateway.cli
import gateway.worker
from gateway.models.engine import load_litellm
from gateway.screening import Vault, clean, injection_in, language_of

gateway.cli._add_commands()
load_litellm()
_text = clean("<p>Hello, where is my parcel? Please call me at +44 20 7946 0958.</p>", "html").text
language_of(_text)
injection_in(_text)
Vault().mask(_text)
