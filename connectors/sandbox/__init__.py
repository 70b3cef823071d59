"""A small help desk of our own, and the connector to it: for the demo, for tests, and to read before the others."""
