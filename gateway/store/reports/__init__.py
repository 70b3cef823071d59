"""What happened, told from the rows: lists of runs, the story of one, and what each ticket cost.

Read only. Personal data that was masked before the model stays masked here: see `placeholders`.
"""

from gateway.store.reports.amounts import Cost, Tokens, duration, since
from gateway.store.reports.cost_groups import CostBy, CostGroup, cost_groups
from gateway.store.reports.costs import TicketCost, each_ticket_cost, ticket_costs
from gateway.store.reports.exposure import ExposureLine, exposure, untold_calls
from gateway.store.reports.judged import By
from gateway.store.reports.outcomes import OutcomeLine, ShadowLine, outcomes_by, shadow_by
from gateway.store.reports.risks import RiskLine, risks
from gateway.store.reports.runs import RunLine, dead_count, run_list
from gateway.store.reports.story import StepStory, Story, run_story
from gateway.store.reports.ticket import TicketStory, ticket_story

__all__ = [
    "By",
    "Cost",
    "CostBy",
    "CostGroup",
    "ExposureLine",
    "OutcomeLine",
    "RiskLine",
    "RunLine",
    "ShadowLine",
    "StepStory",
    "Story",
    "TicketCost",
    "TicketStory",
    "Tokens",
    "cost_groups",
    "dead_count",
    "duration",
    "each_ticket_cost",
    "exposure",
    "outcomes_by",
    "risks",
    "run_list",
    "run_story",
    "shadow_by",
    "since",
    "ticket_costs",
    "ticket_story",
    "untold_calls",
]
