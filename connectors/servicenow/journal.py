"""The journal of a record: comments, which the requester sees, and work notes, which she does not."""

from connectors.contract import Visibility
from connectors.errors import AuthFailed
from connectors.http import HttpClient
from connectors.servicenow.rows import TABLES, Question, Row, rows
from connectors.servicenow.settings import Settings
from connectors.servicenow.values import shown
from connectors.values import document, mapping, text

JOURNAL = f"{TABLES}/sys_journal_field"
FIELDS = "sys_id,element_id,element,name,value,sys_created_on,sys_created_by"
VISIBLE_AS = {"comments": Visibility.PUBLIC, "work_notes": Visibility.INTERNAL}
HIDDEN = (
    "the record has a journal, and sys_journal_field hides it from the integration user; grant read on that table, and "
    "run `countersign check`"
)


async def journal(http: HttpClient, settings: Settings, record: str) -> list[Row]:
    """All entries, oldest first. Raises `AuthFailed` where some are hidden: then nobody knows what was written."""
    asked = Question(
        JOURNAL,
        f"element_id={record}^elementIN{','.join(VISIBLE_AS)}^ORDERBYsys_created_on^ORDERBYsys_id",
        FIELDS,
        lambda row: row.get("element_id") == record and row.get("element") in VISIBLE_AS,
    )
    found = await rows(http, asked, whole=True)
    if not found and await _has_entries(http, settings, record):
        raise AuthFailed(HIDDEN)
    return found


async def _has_entries(http: HttpClient, settings: Settings, record: str) -> bool:
    """What the record itself shows of its journal, in one text."""
    params = {"sysparm_display_value": "all", "sysparm_fields": ",".join(VISIBLE_AS)}
    answer = document(await http.get(f"{TABLES}/{settings.table}/{record}", params=params))
    return any(shown(mapping(answer.get("result")), name) for name in VISIBLE_AS)


def is_by(row: Row, user: str) -> bool:
    return (text(row.get("sys_created_by")) or "").casefold() == user.casefold()
