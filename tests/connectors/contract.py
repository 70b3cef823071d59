"""The promises that every connector keeps. Subclass `ConnectorContract` once and answer a few questions:

```python
class TestZendesk(ConnectorContract):
    connector_class = ZendeskConnector
    account = Account("acme", "https://acme.zendesk.com", secrets={...}, options={...})
    ...
```

Answers that are class attributes:

- `account`: as `countersign.yaml` would describe it. Each value in `secrets` is looked for in error messages.
- `another_secret`: a second well-formed webhook secret. During a rotation the secret role `webhook_secret` holds two
  values with a comma between them.
- `signed_headers`: the headers of `sign` without which a delivery is refused, and whose every byte matters.
- `ticket_id`: an open ticket with at least one tag and one public message of the requester.
- `long_ticket_id`, `long_thread`: a ticket whose thread takes more than one page, and how many messages it has.
- `attachment`: what `fetch` must tell of one file on `ticket_id` (id, name, media type, size); None: no attachments.
- `text_file`, `text_in_file`: where files are read, one on `ticket_id` as `fetch` tells of it, and its bytes.
- `rights`: names of the rights that `check` proves, each something that `take_away` understands.

Answers that are methods (a new object per test, so `setup_method` may build a fresh vendor):

- `sign(body, secret=None, at=None) -> Request`: the delivery that the vendor would send, received now; signed with the
  account's secret or another, and stamped now or at another time. The same body is the same delivery, sent again.
- `answer(request) -> httpx.Response` (may be async): what the vendor would answer, WITH MEMORY: a stored note is in the
  thread afterwards, written by the integration user; tags overwrite and templates expand where the vendor's do; a
  conditional write against an old version is refused as the vendor refuses it. The suite mounts it with respx.
- `customer_would_see(request) -> bool`: would this request, had the vendor done it, reach the requester?
- `someone_writes(ticket_id, text, role, visibility)`: somebody else adds a message at the vendor's; the ticket's
  version changes with it. The roles used are REQUESTER and AGENT (a colleague, not the integration user).
- `colleague_drafts(ticket_id)`: a colleague's draft waits in the one place where ours would go; not answered where
  every draft has a place of its own.
- `take_away(right)`: from now on `answer` behaves as if the admin had not granted that right.

Recorded deliveries are bodies in `webhooks/` beside the subclass. The part of a file's name before `__` is the event
it must become, one of `deliveries.MEANINGS`: `requester_replied__attachment.json`, `own_note.json`, `ignored__x.json`.
Where a delivery does not tell the author or the visibility, None is right and a wrong value is not.

A connector that polls is asked the same of `poll`, and what `someone_writes` adds must be told by it.

What a capability does not name is skipped, with one exception: an action that a connector cannot do is refused with
`Rejected` before any call. `check` never raises: what is wrong is a finding that is not ok and says what to do.
"""

from tests.connectors.deliveries import DeliveryPromises
from tests.connectors.failures import FailurePromises
from tests.connectors.files import FilePromises
from tests.connectors.polling import PollingPromises
from tests.connectors.threads import ThreadPromises


class ConnectorContract(DeliveryPromises, ThreadPromises, FilePromises, FailurePromises, PollingPromises):
    """What comes in, what is told when asked, what is read and written, and how it fails: one file each."""
