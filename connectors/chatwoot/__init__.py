"""Chatwoot: signed webhooks in, private notes and public replies out."""
