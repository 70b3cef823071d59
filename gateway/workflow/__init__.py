"""The line: a file a step, from a delivery to an outcome."""
