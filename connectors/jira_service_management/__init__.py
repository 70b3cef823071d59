"""Jira Service Management in Atlassian's cloud: signed admin webhooks in, internal comments and public replies out."""
