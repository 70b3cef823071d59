"""What a period came to, added up by the database: the figures behind the page of costs."""

from gateway.store.reports.overview.budgets import Counted, Pace, counted, paces
from gateway.store.reports.overview.calls import CallDay, UnpricedCall, calls_by_day, unpriced_calls
from gateway.store.reports.overview.looking import Chosen, Look, TooMuch, looking
from gateway.store.reports.overview.spent import Spent
from gateway.store.reports.overview.tickets import (
    DearTicket,
    TicketCosts,
    TicketDay,
    about,
    costs_of_tickets,
    tickets_by_day,
)
from gateway.store.reports.overview.times import STEPS, TimesDay, times_by_day

__all__ = [
    "STEPS",
    "CallDay",
    "Chosen",
    "Counted",
    "DearTicket",
    "Look",
    "Pace",
    "Spent",
    "TicketCosts",
    "TicketDay",
    "TimesDay",
    "TooMuch",
    "UnpricedCall",
    "about",
    "calls_by_day",
    "costs_of_tickets",
    "counted",
    "looking",
    "paces",
    "tickets_by_day",
    "times_by_day",
    "unpriced_calls",
]
