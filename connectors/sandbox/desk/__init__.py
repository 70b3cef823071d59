"""The sandbox help desk: tickets in memory, a page, a REST API, signed webhooks, and faults on demand."""

from connectors.sandbox.desk.app import create_desk
from connectors.sandbox.desk.settings import Brand, DeskSettings

__all__ = ["Brand", "DeskSettings", "create_desk"]
