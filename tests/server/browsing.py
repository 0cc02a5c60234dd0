"""What a browser does that Flask's client does not, and templates that are compiled once."""

from typing import Any

from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import TestResponse


class Compiled(BytecodeCache):
    """The product's templates as compiled by the first app of this process, for its others."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = Compiled()


class PersonsClient(FlaskClient):
    """A browser: it sends back the CSRF token of the page it is on."""

    csrf = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        data = kwargs.get("data")
        if kwargs.get("method") == "POST" and self.csrf and (data is None or hasattr(data, "keys")):
            kwargs["data"] = {"csrf_token": self.csrf, **(data or {})}
        return super().open(*args, **kwargs)
