"""Zendesk Support: signed events in, internal notes and public replies out."""
