"""The examples of `deploy/` in front of the real server: what comes through, and what does not."""

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from faults.fronts import NAME, Front, front, wait
from faults.province import Server, free_port

MIB = 1 << 20
HEAD = f"GET /login HTTP/1.1\r\nHost: {NAME}\r\n"
LONGEST = 40.0  # seconds: 10 for a slow head, and a busy machine
ONCE = ("Strict-Transport-Security", "Content-Security-Policy", "X-Frame-Options", "Cache-Control")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"GHEPMAU_PUBLIC_URL": f"https://{NAME}", "GHEPMAU_PROXIES": "1"}
    made = Server(tmp_path_factory.mktemp("server"), free_port(), environment=settings)
    made.start()
    yield made
    made.kill()


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def ahead(request: pytest.FixtureRequest, server: Server) -> Iterator[Front]:
    with front(request.param, server.port) as made:
        yield made


def log_in(ahead: Front, **headers: str) -> Any:
    """Try a wrong password from a page that was opened before; return the answer."""
    page = ahead.ask("GET", "/login")
    token = re.search(rb'name="csrf_token" value="([^"]+)"', page.data)
    cookie = page.headers["Set-Cookie"].split(";")[0]
    fields = {"csrf_token": token[1] if token else b"", "login": "lan", "password": "x"}
    form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    return ahead.ask("POST", "/login", {**form, **headers}, urlencode(fields))


def test_a_page_comes_through_with_each_of_our_headers_once(ahead: Front) -> None:
    for path in ("/login", "/static/css/parts.css", "/no-such-page"):
        answer = ahead.ask("GET", path)
        assert answer.status == (404 if "no-such" in path else 200), ahead.written
        wanted = [name for name in ONCE if name != "Cache-Control" or "static" not in path]
        assert [len(answer.headers.getlist(name)) for name in wanted] == [1] * len(wanted)
    cookie = ahead.ask("GET", "/login").headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie


def test_plain_http_leads_to_https(ahead: Front) -> None:
    with socket.create_connection(("127.0.0.1", ahead.plain), LONGEST) as client:
        client.sendall(HEAD.encode() + b"Connection: close\r\n\r\n")
        said = client.recv(4096).decode()
    assert said.split(" ")[1] == "308"
    assert re.search(rf"(?mi)^location: https://{NAME}(:\d+)?/login\r$", said)


@pytest.mark.parametrize(
    "path", ["/metrics", "//metrics", "/%6detrics", "/metrics/", "/x/../metrics"]
)
def test_figures_are_not_shown_to_the_world_and_are_to_this_machine(
    ahead: Front, server: Server, path: str
) -> None:
    with ahead.open() as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
        said = b"".join(iter(lambda: client.recv(4096), b""))
    assert said.split(b" ")[1] in {b"404", b"308"}
    assert b"ghepmau_" not in said
    with socket.create_connection(("127.0.0.1", server.port), LONGEST) as near:
        near.sendall(b"GET /metrics HTTP/1.0\r\nHost: x\r\n\r\n")
        assert b"200 OK" in near.recv(200)


def test_who_asks_is_who_the_proxy_says_and_never_who_a_client_says(ahead: Front) -> None:
    """The fifth wrong password of one address makes it wait, whatever addresses it claims."""
    claimed = [
        {"X-Forwarded-For": f"203.0.113.{n}", "X-Real-IP": f"203.0.113.{n}",
         "Forwarded": f"for=203.0.113.{n}"}
        for n in range(6)
    ]  # fmt: skip
    assert [log_in(ahead, **each).status for each in claimed][-1] == 429


def test_a_form_of_another_site_is_refused_whatever_host_it_claims(ahead: Front) -> None:
    theirs = {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"}
    assert log_in(ahead, **theirs).status == 403
    assert log_in(ahead, Origin=f"https://{NAME}").status in {401, 429}, "ours is read"


def test_a_machines_largest_file_comes_through_and_nothing_larger(ahead: Front) -> None:
    ours = ahead.ask("POST", "/imports", body=bytes(65 * MIB))
    assert "Content-Security-Policy" in ours.headers, f"{ours.status} is not the server's answer"
    with ahead.open() as client:
        head = f"POST /imports HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: {67 * MIB}\r\n\r\n"
        client.sendall(head.encode() + bytes(1000))
        assert client.recv(200).split(b" ")[1] == b"413"


def test_what_is_sent_in_chunks_is_answered_as_the_docs_say(ahead: Front) -> None:
    chunks = iter([b'{"code":', b'"x"}'])
    answer = ahead.ask("POST", "/api/v1/stations/enrol", body=chunks)
    assert answer.status == {"nginx": 422, "caddy": 411}[ahead.kind]


def test_a_slow_head_is_ended_and_others_are_answered_all_the_while(ahead: Front) -> None:
    begun, answers = time.monotonic(), set[int]()
    with ExitStack() as opened:
        slow = [opened.enter_context(ahead.open()) for _ in range(20)]
        for each in slow:
            each.sendall(HEAD.encode() + b"X-Slow: ")
            each.settimeout(0.05)
        while slow and time.monotonic() - begun < LONGEST:
            slow = [each for each in slow if not ended(each)]
            answers.add(ahead.ask("GET", "/healthz").status)
    print(ahead.kind, round(time.monotonic() - begun, 1))
    assert not slow
    assert answers == {200}


def ended(client: ssl.SSLSocket) -> bool:
    """Send one byte more of a head; return whether the other side has ended the connection."""
    try:
        client.sendall(b"a")
        return client.recv(4096) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_a_proxy_writes_no_address_of_a_page_down_even_when_the_server_is_away(kind: str) -> None:
    with front(kind, free_port()) as made:
        assert made.ask("GET", "/my/SECRET?q=SECRET").status == 502
        plain = f"http://127.0.0.1:{made.plain}/my/SECRET"
        for host, least in ((NAME, 301), ("evil.example", 0)):
            headers = {"Host": host}
            said = urllib3.request("GET", plain, headers=headers, redirect=False, retries=False)
            assert said.status >= least
        assert "SECRET" not in made.written


def test_nginx_writes_no_address_down_when_its_own_disk_refuses_a_body() -> None:
    """The worst that it says of a request is `crit`."""
    with front("nginx", free_port()) as made:
        (made.folder / "body").chmod(0)
        try:
            said = made.ask("POST", "/my/SECRET?q=SECRET", body=bytes(MIB))
        finally:
            (made.folder / "body").chmod(0o700)
        assert said.status == 500
        assert "SECRET" not in made.written


def test_a_proxy_that_dies_at_once_says_why(tmp_path: Path) -> None:
    made = Front("nginx", tmp_path, free_port(), free_port())
    (tmp_path / "said.log").write_text("bind() failed")
    with subprocess.Popen([shutil.which("false") or "false"]) as process:
        process.wait(LONGEST)
        with pytest.raises(AssertionError, match=r"died: bind\(\) failed"):
            wait(made, process)


def test_another_name_is_not_served(ahead: Front) -> None:
    with ahead.open() as client:
        client.sendall(b"GET /login HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        said = b"".join(iter(lambda: client.recv(4096), b""))
    assert b"csrf_token" not in said
