"""Intercom: signed webhooks in, notes and replies of a teammate out."""
