"""A delivery worker as a process of its own, whose target is a plain HTTP receiver.

python -m faults.deliverer DATABASE-URL VAULT RECEIVER
"""

import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from server import vault
from server.db import open_database
from server.delivery.channels import Unreachable
from server.delivery.worker import DeliveryWorker

TARGET = "receiver"


class Posting:
    """A channel that posts each message under its subject and key."""

    def __init__(self, url: str) -> None:
        self._url = url

    def deliver(self, subject: str, key: str, payload: str) -> str:
        headers = {"X-Subject": subject, "X-Key": key}
        request = urllib.request.Request(self._url, payload.encode(), headers)  # noqa: S310 - http
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return str(answer.read().decode())
        except OSError as error:
            raise Unreachable(str(error)) from error


def main(url: str, keys: str, receiver: str) -> None:
    vault.install(vault.Vault.load(Path(keys)))
    database = open_database(url)
    DeliveryWorker(database, {TARGET: Posting(receiver)}, lambda: datetime.now(UTC)).start()
    print("working", flush=True)
    Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
