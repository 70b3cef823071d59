"""A reply to the requester, sent by Salesforce's standard action.

The action tells no id, so the e-mail that it logs is looked for afterwards. Source: Salesforce Actions Developer Guide,
"Send Email".
"""

from datetime import UTC, datetime

from connectors.contract import PublicReply, Ticket, Visibility, WriteReceipt
from connectors.errors import ConnectorError, Rejected, Unavailable
from connectors.salesforce.find import email_with
from connectors.salesforce.read import case_of, version_of
from connectors.salesforce.session import API, Session
from connectors.salesforce.settings import Settings
from connectors.salesforce.template import neutralised
from connectors.salesforce.thread import comments_of, emails_of, is_own
from connectors.values import objects, storable, text

ACTION = f"{API}/actions/standard/emailSimple"
LONGEST_EMAIL = 131_072  # characters


def subject(ticket: Ticket) -> str:
    subject = neutralised(" ".join(ticket.subject.split()))
    return subject if subject.casefold().startswith("re:") else f"Re: {subject}".strip()


def fits(body: str) -> None:
    if len(body) > LONGEST_EMAIL:
        raise Rejected(f"the message has {len(body)} characters; an e-mail of Salesforce's holds {LONGEST_EMAIL}")


async def send(session: Session, settings: Settings, ticket: Ticket, case: str, action: PublicReply) -> WriteReceipt:
    """Once Salesforce says that it sent the e-mail, it is sent, whether its record is found or not.

    The threading token goes into the subject, so that the body is ours alone.
    """
    body = neutralised(storable(action.body))
    fits(body)
    mail = {
        "emailAddresses": ticket.requester.email,
        "emailSubject": subject(ticket),
        "emailBody": body,
        "sendRichBody": False,
        "senderType": "OrgWideEmailAddress",
        "senderAddress": settings.from_address,
        "relatedRecordId": case,
        "logEmailOnSend": True,
        "addThreadingTokenToBody": False,
        "addThreadingTokenToSubject": True,
    }
    answer = await session.send("POST", ACTION, json={"inputs": [mail]})
    told = objects(answer)
    if not told or not isinstance(told[0].get("isSuccess"), bool):
        raise Unavailable("Salesforce's answer to the e-mail is not one that it documents", may_be_stored=True)
    if told[0]["isSuccess"] is False:
        codes = [code for one in objects(told[0].get("errors")) if (code := text(one.get("statusCode")))]
        raise Rejected(f"Salesforce did not send the e-mail: {', '.join(codes)[:120] or 'it gives no reason'}")
    try:
        return await _sent(session, settings, case, action)
    except ConnectorError:
        return WriteReceipt(None, Visibility.PUBLIC, None, datetime.now(UTC))


async def _sent(session: Session, settings: Settings, case: str, action: PublicReply) -> WriteReceipt:
    me = await session.me()
    emails = await emails_of(session, case, settings.mark_field)
    found = email_with([row for row in emails if is_own(row, me)], settings.mark_field, action.mark)
    version = version_of(await case_of(session, settings, case), emails, await comments_of(session, case))
    if found is None:
        return WriteReceipt(None, Visibility.PUBLIC, version, datetime.now(UTC))
    return WriteReceipt(found.entry_id, Visibility.PUBLIC, version, found.written_at)
