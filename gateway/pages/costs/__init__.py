"""`/costs`: what was spent, on what and how fast, against which budget; each as a picture, a table and a file."""

from gateway.pages.costs.showing import routes

__all__ = ["routes"]
