"""What several parts of the page are made of: each question is asked once, and not before a part needs its answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast

from gateway.ledger.budgets import Budget
from gateway.pages.costs.asked import Asked
from gateway.store.reports.overview import (
    CallDay,
    Chosen,
    Counted,
    Look,
    Pace,
    Spent,
    TicketCosts,
    TicketDay,
    TimesDay,
    TooMuch,
    UnpricedCall,
    about,
    calls_by_day,
    costs_of_tickets,
    counted,
    paces,
    tickets_by_day,
    times_by_day,
    unpriced_calls,
)

DEAREST = 20  # tickets
LISTED = 20  # calls without a price
Answer = TypeVar("Answer")


class Gathered:
    """`accounts`: those that the visitor may see; None means all. `budgets`: those that are declared."""

    def __init__(
        self, look: Look, asked: Asked, accounts: frozenset[str] | None, budgets: Sequence[Budget] = ()
    ) -> None:
        self.asked = asked
        self.accounts = accounts
        self._look = look
        self._chosen: Chosen = asked.chosen(accounts)
        self._answers: dict[str, Any] = {}
        self.budgets = [one for one in budgets if self._concerns(one)]

    def _concerns(self, budget: Budget) -> bool:
        """A budget for everybody tells what everybody spends, so that it is only for those who may see all."""
        seen = self.accounts is None or budget.account in self.accounts
        account, queue = self.asked.account, self.asked.queue
        return (
            seen and (not account or budget.account in (None, account)) and (not queue or budget.queue in (None, queue))
        )

    async def cheapest_first(self) -> None:
        """Ask what the whole page needs, so that the dear sum over tickets takes no time from the others."""
        for ask in (self.calls, self.paces, self.counted, self.unpriced, self.times, self.tickets):
            with suppress(TooMuch):
                await ask()

    async def calls(self) -> Sequence[CallDay]:
        return await self._once("calls", lambda: calls_by_day(self._look, self._chosen))

    async def spent(self) -> Spent:
        """Everything in the period."""
        return Spent.total(one.spent for one in await self.calls())

    async def tickets(self) -> Sequence[TicketDay]:
        return await self._once("tickets", lambda: tickets_by_day(self._look, self._chosen))

    async def costs(self) -> TicketCosts:
        return await self._once("costs", lambda: costs_of_tickets(self._look, self._chosen, DEAREST))

    async def about(self, runs: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        return await about(self._look, runs)

    async def times(self) -> tuple[TimesDay, Sequence[TimesDay]]:
        return await self._once("times", lambda: times_by_day(self._look, self._chosen))

    async def unpriced(self) -> Sequence[UnpricedCall]:
        return await self._once("unpriced", lambda: unpriced_calls(self._look, self._chosen, LISTED))

    async def paces(self) -> Sequence[Pace]:
        """Of all that the visitor may see, and not only of what was chosen."""
        month = self.asked.month
        return await self._once(
            "paces",
            lambda: paces(
                self._look, month=month.since, until=month.until, today=self.asked.today, accounts=self._chosen.accounts
            ),
        )

    async def counted(self) -> Mapping[str, Counted]:
        month, today = self.asked.month, self.asked.today
        return await self._once(
            "counted", lambda: counted(self._look, self.budgets, month=month.since, until=month.until, today=today)
        )

    async def models(self) -> Sequence[str]:
        """The dearest first."""
        spent: dict[str, Spent] = {}
        for one in await self.calls():
            spent[one.model] = spent.get(one.model, Spent()) + one.spent
        return sorted(spent, key=lambda name: (-(spent[name].known + spent[name].bound), -spent[name].calls, name))

    async def _once(self, name: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """What took too long once is not asked for again."""
        if name not in self._answers:
            try:
                self._answers[name] = await ask()
            except TooMuch as error:
                self._answers[name] = error
        if isinstance(self._answers[name], TooMuch):
            raise self._answers[name]
        return cast(Answer, self._answers[name])
