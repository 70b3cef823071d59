"""Salesforce Service Cloud: saved records in, by a signed callout and by polling; drafts, comments and e-mail out."""
