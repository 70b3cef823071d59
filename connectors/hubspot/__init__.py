"""HubSpot Service Hub: signed webhooks in, comments and messages on a conversation's thread out."""
