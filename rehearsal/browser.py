"""A person at a browser: logs in, opens pages, fills forms, follows redirects, keeps cookies.

It goes through the server's own pages with their tokens, so the rehearsal proves the pages too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec
import urllib3
from urllib3.filepost import encode_multipart_formdata

from contract.spoken import Spoken

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_ALERT = re.compile(r'role="alert"[^>]*>(.*?)<', re.DOTALL)
FORM = "application/x-www-form-urlencoded"
_TIMEOUT = urllib3.Timeout(connect=5, read=30)


class PageError(Spoken):
    """A page answered with something other than what a person could go on from."""


@dataclass(frozen=True)
class Page:
    """What came back: its address (after redirects), status, headers and bytes."""

    path: str
    status: int
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def alert(self) -> str:
        """The sentence with which the page refused, or ''."""
        found = _ALERT.search(self.text)
        return unescape(found[1]).strip() if found else ""


@dataclass
class Browser:
    """One person's browser on the server at *base* ('http://127.0.0.1:8000')."""

    base: str
    _pool: urllib3.PoolManager = field(default_factory=urllib3.PoolManager, repr=False)
    _cookies: dict[str, str] = field(default_factory=dict, repr=False)

    def log_in(self, login: str, password: str) -> None:
        page = self.fill("/login", {"login": login, "password": password})
        if page.path.startswith("/login"):
            raise PageError(
                f"{login} không đăng nhập được: {page.alert or page.status}",
                f"{login} could not log in: {page.alert or page.status}",
            )

    @property
    def cookies(self) -> dict[str, str]:
        """The header with which another client acts for who is logged in here."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    def forget(self, cookie: str) -> None:
        """Let a cookie be over, as after its time."""
        self._cookies.pop(cookie, None)

    def open(self, path: str) -> Page:
        """Get *path*; raise PageError unless it is a good page."""
        page = self._send("GET", path, None)
        if page.status >= 400:
            raise PageError(
                f"{path} trả lời {page.status}: {page.alert}",
                f"{path} answered {page.status}: {page.alert}",
            )
        return page

    def fill(self, path: str, fields: Mapping[str, str | Sequence[str]], *, form: str = "") -> Page:
        """Open the page with the form (*form*, or *path* itself) and send it to *path*."""
        token = _TOKEN.search(self.open(form or path).text)
        if token is None:
            raise PageError(
                f"trang {form or path} không có biểu mẫu để gửi",
                f"the page {form or path} has no form to send",
            )
        return self.send(path, {**fields, "csrf_token": unescape(token[1])})

    def send(self, path: str, fields: Mapping[str, str | Sequence[str]]) -> Page:
        """Post *fields*; a refusal comes back as a page, whose `alert` says why."""
        return self._send("POST", path, urlencode(fields, doseq=True))

    def attach(self, path: str, name: str, file: str, content: bytes) -> Page:
        """Send a *file* with *content* in the field *name* of the form on *path*."""
        token = _TOKEN.search(self.open(path).text)
        if token is None:
            raise PageError(
                f"trang {path} không có biểu mẫu để gửi", f"the page {path} has no form to send"
            )
        fields: list[tuple[str, str | tuple[str, bytes]]] = [
            ("csrf_token", unescape(token[1])),
            (name, (file, content)),
        ]
        body, kind = encode_multipart_formdata(fields)
        return self._send("POST", path, body, kind)

    def _send(self, method: str, path: str, body: str | bytes | None, kind: str = FORM) -> Page:
        for _ in range(5):
            answer = self._pool.request(
                method,
                urljoin(self.base, path),
                body=body,
                headers=self._headers(kind if body is not None else ""),
                redirect=False,
                retries=False,
                timeout=_TIMEOUT,
            )
            self._remember(answer.headers.getlist("Set-Cookie"))
            if answer.status not in {301, 302, 303}:
                return Page(path, answer.status, answer.data)
            target = urlsplit(urljoin(self.base + path, answer.headers["Location"]))
            method, path, body = (
                "GET",
                target.path + ("?" + target.query if target.query else ""),
                None,
            )
        raise PageError(f"{path} chuyển hướng mãi không dừng", f"{path} redirects without end")

    def _headers(self, kind: str) -> dict[str, str]:
        headers = self.cookies
        if kind:
            headers |= {
                "Content-Type": kind,
                "Origin": self.base,
                "Sec-Fetch-Site": "same-origin",
            }
        return headers

    def _remember(self, cookies: list[str]) -> None:
        for cookie in cookies:
            name, _, rest = cookie.partition("=")
            self._cookies[name.strip()] = rest.partition(";")[0]
