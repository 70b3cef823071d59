"""Who may come in, and what for: people and groups, sessions, one-draft links, and the rights of a visitor."""
