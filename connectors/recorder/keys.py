"""What the name of a key says about its value: a person's, a place's, a secret, or none of these."""

import re
from enum import StrEnum


class Kind(StrEnum):
    """What a value is, and so what takes its place."""

    NAME = "name"
    ADDRESS = "address"
    EMAIL = "email"
    PHONE = "phone"
    SECRET = "secret"  # noqa: S105  a word, and no secret
    FILE = "file"
    IP = "ip"
    UUID = "uuid"
    WORD = "word"


# In doubt a name is somebody's: these are the ones that are not.
NOT_A_PERSONS = {
    *("event", "eventname", "classname", "columnname", "fieldname", "hostname", "keyname", "modelname", "tablename"),
    *("tagname", "typename", "queuename", "groupname", "teamname", "statusname", "brandname", "rolename"),
}
# A `name` in an object that stands under one of these is not a person's either.
THINGS = {
    *("brand", "category", "channel", "customfield", "customfields", "event", "field", "fields", "group", "groups"),
    *("inbox", "inboxes", "label", "labels", "mailbox", "mailboxes", "priorities", "priority", "queue", "queues"),
    *("role", "roles", "scope", "scopes", "source", "state", "states", "status", "statuses", "tag", "tags"),
    *("team", "teams", "type", "types", "webhook", "webhooks"),
}
PEOPLE = {
    *("agent", "assignee", "author", "bcc", "cc", "contact", "createdby", "creator", "customer", "employee", "from"),
    *("member", "owner", "participant", "recipient", "recipients", "replyto", "requester", "requestor", "sender"),
    *("submitter", "to", "updatedby", "user", "visitor", "company", "organisation", "organization"),
}
NAMES = {"login", "nickname", "surname", "alias", "initials"}
ADDRESSES = {"address", "city", "location", "postalcode", "postcode", "street", "town", "zip", "zipcode"}
FILES = {"attachment", "attachments", "file", "files", "upload", "uploads"}
PHONES = re.compile(r"phone|mobile|msisdn|whatsapp|^fax|^tel$|^cell$")
PLACES = re.compile(r"^(street|address|addr)(line)?\d*|^line\d$|latitude|longitude|birth")
SECRETS = re.compile(
    r"token|secret|passw|apikey|accesskey|authorization|cookie|session|signature|jwt|credential|hmac|otp$"
)


def kind_of(key: str, parent: str) -> Kind | None:
    """`parent`: the key of the object around it, or of the list around that."""
    plain, around = bare(key), bare(parent)
    if SECRETS.search(plain):
        return Kind.SECRET
    if PHONES.search(plain):
        return Kind.PHONE
    if plain == "filename" or (plain == "name" and around in FILES):
        return Kind.FILE
    if plain in ADDRESSES or PLACES.search(plain):
        return Kind.ADDRESS
    if plain in NAMES or plain in PEOPLE:
        return Kind.NAME
    if plain.endswith("name") and plain not in NOT_A_PERSONS and not (plain == "name" and around in THINGS):
        return Kind.NAME
    return None


def bare(key: str) -> str:
    """`first_name`, `firstName` and `First-Name` are one key."""
    return "".join(char for char in key.lower() if char.isalnum())
