"""A signed JSON webhook as a channel, after the Standard Webhooks convention.

`webhook-id` is the message's key for ever, so a receiver does nothing at its second coming;
`webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over "id.timestamp.body" under the
shared secret.  Any 2xx is a receipt.
"""

import hmac
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import msgspec

from server.db import Database
from server.delivery.channels import Message
from server.exchange.document import document
from server.exchange.http import AT_ONCE, Http, check
from server.exchange.notices import Telling


@dataclass
class WebhookChannel:
    http: Http
    secret: bytes
    database: Database
    clock: Callable[[], datetime]
    at_once: int = AT_ONCE
    telling: Telling = field(init=False)

    def __post_init__(self) -> None:
        self.telling = Telling(self.database)

    def look_ahead(self, messages: Sequence[Message]) -> None:
        self.telling.look_ahead(messages)

    def deliver(self, subject: str, key: str, payload: str) -> str:
        """Post the document; the receipt tells the answer apart, and holds none of its words."""
        body = msgspec.json.encode(document(self.telling.told(subject, key, payload)))
        moment = str(int(self.clock().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "webhook-id": key,
            "webhook-timestamp": moment,
            "webhook-signature": signature(self.secret, key, moment, body),
        }
        answer = check(self.http.call("POST", "", body, headers))
        return f"HTTP {answer.status} sha256:{sha256(answer.body).hexdigest()[:16]}"


def signature(secret: bytes, key: str, moment: str, body: bytes) -> str:
    """Return the header by which a receiver knows that *body* is ours and of that time."""
    signed = f"{key}.{moment}.".encode() + body
    return "v1," + b64encode(hmac.new(secret, signed, sha256).digest()).decode()
