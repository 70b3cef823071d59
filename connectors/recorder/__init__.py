"""Records what a help desk really sends and answers, without the people in it: fixtures for a new connector."""
