"""Zammad: signed trigger webhooks in, shared drafts, internal articles and replies by e-mail out."""
