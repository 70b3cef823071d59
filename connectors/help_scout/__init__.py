"""Help Scout: signed webhooks in, draft replies, notes and replies out."""
