"""Front: signed application webhooks in, shared drafts, comments and replies out."""
