"""Notices: people hear by mail or by a webhook of what the help desk does not tell them."""

from gateway.workflow.notices.address_book import AddressBook
from gateway.workflow.notices.channels import Channel, Mail, NotSent, WebhookChannel
from gateway.workflow.notices.turn import Notices

__all__ = ["AddressBook", "Channel", "Mail", "NotSent", "Notices", "WebhookChannel"]
