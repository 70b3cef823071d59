"""Freshdesk: automation webhooks in, private notes and public replies out."""
