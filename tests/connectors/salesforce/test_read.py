"""A case as Salesforce tells it, in our words."""

from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Attachment, BodyFormat, Priority, Role, Status, Visibility
from connectors.errors import NotFound, Rejected, Unavailable
from connectors.salesforce.connector import SalesforceConnector
from tests.connectors.salesforce.desk import ANN, AUTOMATED, ME, RITA, TICKET, SalesforceDesk


async def test_a_case_is_told_in_our_words(connector: SalesforceConnector) -> None:
    ticket = await connector.fetch(TICKET)

    assert (ticket.id, ticket.subject, ticket.status, ticket.priority) == (
        TICKET,
        "Parcel late",
        Status.OPEN,
        Priority.NORMAL,
    )
    assert (ticket.channel, ticket.queue, ticket.assignee) == ("email", "Support", None)
    assert ticket.tags == ["shipping", "vip"]
    assert ticket.fields == {"CaseNumber": "00001042"}
    assert ticket.url == f"https://acme.my.salesforce.com/lightning/r/Case/{TICKET}/view"


async def test_the_short_id_names_the_same_case(connector: SalesforceConnector) -> None:
    assert (await connector.fetch(TICKET[:15])).id == TICKET


async def test_people_have_their_roles_and_what_is_known_of_them(connector: SalesforceConnector) -> None:
    ticket = await connector.fetch(TICKET)

    rita = ticket.requester
    assert (rita.id, rita.role, rita.name) == ("0035g00000CoNtAAAV", Role.REQUESTER, "Rita Requester")
    assert (rita.email, rita.phone, rita.organisation) == ("rita@customer.example", "+43 1 5550100", "Customer & Co")
    assert [(one.author.role, one.author.name) for one in ticket.messages] == [
        (Role.REQUESTER, "Rita Requester"),
        (Role.AGENT, "Ann Agent"),
        (Role.AGENT, "Ann Agent"),
    ]


async def test_a_case_that_an_email_opened_does_not_say_its_words_twice(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    repeated = await connector.fetch(TICKET)
    desk.case()["Description"] = "I filled in your form."
    other = await connector.fetch(TICKET)

    assert [one.id for one in repeated.messages] == [one.id for one in other.messages[1:]]
    assert (other.messages[0].id, other.messages[0].body) == (TICKET, "I filled in your form.")
    assert other.messages[0].author.role is Role.REQUESTER


async def test_what_an_agent_noted_on_the_phone_is_the_agents(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    by = next(one for one in desk.tables["User"] if one["Id"] == ANN)
    told = {"Origin": "Phone", "SuppliedEmail": None, "Description": "She calls.", "CreatedById": ANN, "CreatedBy": by}
    desk.case().update(told)

    assert (await connector.fetch(TICKET)).messages[0].author.role is Role.AGENT


@pytest.mark.parametrize(
    ("to", "visibility"),
    [
        ("Rita@Customer.Example", Visibility.PUBLIC),
        ("carl@customer.example; rita@customer.example", Visibility.PUBLIC),
        ("expert@acme.example", Visibility.INTERNAL),
        (None, Visibility.INTERNAL),
    ],
)
async def test_an_email_to_somebody_else_is_internal(
    connector: SalesforceConnector, desk: SalesforceDesk, to: str | None, visibility: Visibility
) -> None:
    desk.mails(TICKET, ANN, "Can you help?", ToAddress=to)

    assert (await connector.fetch(TICKET)).messages[-1].visibility is visibility


async def test_whoever_wrote_to_the_case_is_on_the_requesters_side(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    desk.mails(TICKET, AUTOMATED, "From my other address.", incoming=True, FromAddress="rita@home.example")
    desk.mails(TICKET, ANN, "Thank you.", ToAddress="rita@home.example")

    written, answered = (await connector.fetch(TICKET)).messages[-2:]

    assert (written.author.role, written.visibility) == (Role.PARTICIPANT, Visibility.PUBLIC)
    assert answered.visibility is Visibility.PUBLIC


async def test_mail_that_was_taken_in_by_our_user_is_the_requesters(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    desk.mails(TICKET, ME, "And now?", incoming=True)

    assert (await connector.fetch(TICKET)).messages[-1].author.role is Role.REQUESTER


@pytest.mark.parametrize(
    ("status", "role", "visibility"),
    [("5", Role.AGENT, Visibility.DRAFT), ("3", Role.AGENT, Visibility.PUBLIC)],
)
async def test_our_draft_is_of_the_agent_who_edited_or_sent_it(
    connector: SalesforceConnector, desk: SalesforceDesk, status: str, role: Role, visibility: Visibility
) -> None:
    by = next(one for one in desk.tables["User"] if one["Id"] == ANN)
    row = desk.mails(TICKET, ME, "Old words.", Status=status, HtmlBody="<p>New words.</p>", Countersign_Mark__c="cs-1")
    row.update({"LastModifiedById": ANN, "LastModifiedBy": by})

    message = (await connector.fetch(TICKET)).messages[-1]

    assert (message.author.id, message.author.role, message.visibility) == (ANN, role, visibility)
    assert (message.body, message.format, message.mark) == ("<p>New words.</p>", BodyFormat.HTML, "cs-1")


async def test_a_mark_on_somebody_elses_email_is_not_read(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    desk.mails(TICKET, ANN, "Ours?", Countersign_Mark__c="cs-1")

    assert (await connector.fetch(TICKET)).messages[-1].mark is None


async def test_an_automatic_answer_is_salesforces_own(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    desk.mails(TICKET, AUTOMATED, "We have received your message.")

    assert (await connector.fetch(TICKET)).messages[-1].author.role is Role.SYSTEM


async def test_a_portal_user_with_the_requesters_address_is_the_requester(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    desk.comments(TICKET, RITA, "Any news?", published=True)

    message = (await connector.fetch(TICKET)).messages[-1]

    assert (message.author.role, message.visibility) == (Role.REQUESTER, Visibility.PUBLIC)


async def test_files_are_told_as_both_kinds_keep_them(connector: SalesforceConnector) -> None:
    files = (await connector.fetch(TICKET)).messages[0].attachments

    base = "https://acme.my.salesforce.com/"
    assert list(files) == [
        Attachment(
            "0695g00000DoCuAAAV",
            "label.jpg",
            "image/jpeg",
            48_213,
            f"{base}sfc/servlet.shepherd/version/download/0685g00000VeRsAAAV",
        ),
        Attachment(
            "00P5g00000AtTaAEAV",
            "invoice.pdf",
            "application/pdf",
            1024,
            f"{base}servlet/servlet.FileDownload?file=00P5g00000AtTaAEAV",
        ),
    ]


@pytest.mark.parametrize("status", ["5", "3"])
async def test_a_draft_leaves_the_version_and_an_email_changes_it(
    connector: SalesforceConnector, desk: SalesforceDesk, status: str
) -> None:
    before = (await connector.fetch(TICKET)).version
    desk.mails(TICKET, ANN, "Typing ...", Status=status)

    assert ((await connector.fetch(TICKET)).version == before) is (status == "5")


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"Status": "on hold"}, Status.PENDING),
        ({"Status": "Closed", "IsClosed": True}, Status.SOLVED),
        ({"Status": "Rejected", "IsClosed": True}, Status.CLOSED),
        ({"Status": "Escalated"}, Status.OPEN),
    ],
)
async def test_a_status_that_nobody_mapped_is_open_or_closed(
    connector: SalesforceConnector, desk: SalesforceDesk, told: dict[str, Any], status: Status
) -> None:
    desk.case().update(told)

    assert (await connector.fetch(TICKET)).status is status


async def test_an_owner_who_is_a_person_is_the_assignee(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    desk.case().update({"OwnerId": ANN, "Owner": {"attributes": {}, "Name": "Ann Agent", "Type": "User"}})

    ticket = await connector.fetch(TICKET)

    assert ticket.queue is None
    assert ticket.assignee is not None
    assert (ticket.assignee.id, ticket.assignee.name, ticket.assignee.role) == (ANN, "Ann Agent", Role.AGENT)


@pytest.mark.parametrize("ticket_id", ["5158", "0055g00000A0001AAB", "5005g00000AbCdE' OR Id != null", ""])
async def test_an_id_of_another_help_desk_is_refused_before_any_call(
    connector: SalesforceConnector, calls: CallList, ticket_id: str
) -> None:
    with pytest.raises(Rejected):
        await connector.fetch(ticket_id)

    assert len(calls) == 0


async def test_a_case_that_is_hidden_does_not_exist(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    desk.tables["Case"].clear()

    with pytest.raises(NotFound):
        await connector.fetch(TICKET)


async def test_a_field_that_is_hidden_is_no_empty_thread(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    for row in desk.tables["CaseComment"]:
        del row["IsPublished"]

    with pytest.raises(Rejected, match="INVALID_FIELD"):
        await connector.fetch(TICKET)


async def test_the_same_page_again_and_again_is_no_thread(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    for chapter in range(201):
        desk.comments(TICKET, ANN, f"{chapter}")
    first_page = desk._page

    def stuck(rows: list[Any]) -> Any:
        page = first_page(rows)
        if len(rows) > 150:
            desk._rest["/query/01g-stuck"] = rows
            page |= {"done": False, "nextRecordsUrl": "/services/data/v62.0/query/01g-stuck"}
        return page

    desk._page = stuck  # type: ignore[method-assign]

    with pytest.raises(Unavailable, match="again and again"):
        await connector.fetch(TICKET)
