"""What a notice says: what happened, where, and a link. Never a word of a ticket, because mail goes anywhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from gateway.store.database import Row
from gateway.workflow.notices.address_book import AddressBook

LONGEST = 200  # characters of a subject
MOST_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class Said:
    """A notice in words, and the addresses that get it."""

    subject: str
    text: str
    link: str
    to: tuple[str, ...]

    def as_json(self, fact: Row) -> dict[str, Any]:
        place = {"account": fact["account"], "ticket": fact["ticket_id"]}
        return {"subject": _line(self.subject), "text": self.text, "link": self.link} | place


def said(fact: Row, book: AddressBook, pages_url: str) -> Said:
    """The notice of a fact. Its kind is one of those that the store looks for."""
    return _KINDS[fact["kind"]](fact, fact["told"], book, pages_url)


def _budget(fact: Row, told: Mapping[str, Any], book: AddressBook, pages: str) -> Said:
    subject = f"Budget {told['budget']}: {told['share']} % used ({told['period']})"
    text = f"{told['spent']} of {told['limit']} USD are spent in {told['period']}."
    if told["share"] >= 100:
        text += (
            " From now on a cheaper route is asked where one is declared, then passages are quoted, then people answer."
        )
    return Said(subject, text, f"{pages}/costs", tuple(book.of_budget(told["budget"])))


def _escalated(fact: Row, told: Mapping[str, Any], book: AddressBook, pages: str) -> Said:
    subject = f"For {', '.join(told['names'])}: ticket {fact['ticket_id']} of {fact['account']}"
    text = f"A policy asks that you are told ({', '.join(told['rules'] or ()) or 'no rule is named'})."
    return Said(subject, text, f"{pages}/review/{fact['run_id']}", tuple(book.of_names(told["names"])))


def _deadline(fact: Row, told: Mapping[str, Any], book: AddressBook, pages: str) -> Said:
    subject = f"Deadline passed: ticket {fact['ticket_id']} of {fact['account']}"
    then = f" The next step follows at {told['until']}." if told["until"] else " This was the last step."
    text = f"For {', '.join(told['names'])}: deadline {told['number']} passed and nobody has answered.{then}"
    return Said(subject, text, f"{pages}/review/{fact['run_id']}", tuple(book.of_names(told["names"])))


def _failed(fact: Row, told: Mapping[str, Any], book: AddressBook, pages: str) -> Said:
    subject = f"{fact['account']}: events were given up"
    text = f"{told['count']} so far in this hour, the first of ticket {fact['ticket_id']}. They can be replayed."
    return Said(subject, text, f"{pages}/dead", tuple(book.of_account(fact["account"])))


def _uncertain(fact: Row, told: Mapping[str, Any], book: AddressBook, pages: str) -> Said:
    subject = f"{fact['account']}: it is not certain what was written"
    text = (
        f"{told['count']} write(s) in this hour can neither be proved nor ruled out, the first on ticket "
        f"{fact['ticket_id']}. Nothing is written again by itself; please look at the ticket."
    )
    link = f"{pages}/tickets/{quote(str(fact['account']), safe='')}/{quote(str(fact['ticket_id']), safe='')}"
    return Said(subject, text, link, tuple(book.of_account(fact["account"])))


def _quarantine(fact: Row, told: Mapping[str, Any], book: AddressBook, pages: str) -> Said:
    subject = f"{fact['account']}: deliveries cannot be read"
    text = f"{told['count']} authentic deliveries in this hour lack what we need: {told['reason']}. They are kept."
    return Said(subject, text, f"{pages}/dead", tuple(book.of_account(fact["account"])))


def _policies(fact: Row, told: Mapping[str, Any], book: AddressBook, pages: str) -> Said:
    problems = list(told["problems"] or ())
    lines = ["An edit of the policies is refused; the last good set stays in force.", *problems[:MOST_PROBLEMS]]
    if len(problems) > MOST_PROBLEMS:
        lines.append(f"... and {len(problems) - MOST_PROBLEMS} more")
    return Said("An edit of the policies is refused", "\n".join(lines), f"{pages}/policies", book.operators)


def _line(text: str) -> str:
    """One line: ids come from help desks, and a subject is a header."""
    return " ".join(text.split())[:LONGEST]


_KINDS: Mapping[str, Callable[[Row, Mapping[str, Any], AddressBook, str], Said]] = {
    "budget": _budget,
    "escalated": _escalated,
    "deadline": _deadline,
    "failed": _failed,
    "uncertain": _uncertain,
    "quarantine": _quarantine,
    "policies": _policies,
}
