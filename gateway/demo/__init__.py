"""The tickets, articles, stub model and script of `countersign demo`."""
