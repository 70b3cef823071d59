"""A help desk that is described in a file, with no code of its own: `connector: http` in countersign.yaml."""
