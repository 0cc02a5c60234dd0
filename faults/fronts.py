"""nginx and Caddy in front of the server, as `deploy/` has them: here alone, without rights.

What is changed of the examples is where they listen, where the server is, and the certificate.
"""

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from faults.province import free_port

ROOT = Path(__file__).parents[1]
NAME = "ghepmau.example"
FOUND = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", str(ROOT / ".peers/bin")))
NOBODY = 65534
AROUND = """\
daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{ worker_connections 256; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  access_log {folder}/access.log;
  include {folder}/ghepmau.conf;
}}
"""


@dataclass(frozen=True)
class Front:
    """A proxy that runs: its ports, its folder, and how to ask it by the server's name."""

    kind: str
    folder: Path
    plain: int
    port: int
    source: str = "127.0.0.1"  # from which address we ask

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None,
            body: Any = None) -> urllib3.BaseHTTPResponse:  # fmt: skip
        """Ask by TLS, by the server's name; a cookie of before does not go along."""
        with urllib3.HTTPSConnectionPool(
            "127.0.0.1", self.port, ca_certs=str(self.folder / "cert.pem"), server_hostname=NAME,
            assert_hostname=NAME, retries=False, timeout=60, source_address=(self.source, 0),
        ) as pool:  # fmt: skip
            return pool.request(method, path, body=body, headers={"Host": NAME, **(headers or {})})

    def open(self) -> ssl.SSLSocket:
        """Open a connection by hand."""
        context = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        plain = socket.create_connection(("127.0.0.1", self.port), 60)
        return context.wrap_socket(plain, server_hostname=NAME)

    @property
    def written(self) -> str:
        """Everything that it wrote down."""
        return "".join(each.read_text("utf-8") for each in self.folder.glob("*.log"))


@contextmanager
def front(
    kind: str, server: int, *, behind: str = "", like: Front | None = None
) -> Iterator[Front]:
    """Put a proxy before the server at a port; skip, and say so, where it is not installed.

    *behind*: the address of another front before this one (nginx).  *like*: one whose certificate
    it has as well.
    """
    program = shutil.which(kind, path=FOUND)
    if program is None:
        pytest.skip(f"{kind} is not installed: `make faults` fetches it where apt can")
    folder = Path(tempfile.mkdtemp(prefix="ghepmau-front-"))
    made = Front(kind, folder, free_port(), free_port())
    _put_certificate(folder, like)
    command = [program, *MADE[kind](made, server)]
    if behind:
        _put_behind(made, behind)
    owner = NOBODY if os.geteuid() == 0 else None
    if owner is not None:
        for each in (folder, *folder.iterdir()):
            os.chown(each, owner, owner)
    with (folder / "said.log").open("wb") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=said, user=owner, group=owner,
            extra_groups=None if owner is None else [],
            env={"PATH": FOUND, "HOME": str(folder)},
        )  # fmt: skip
    try:
        wait(made, process)
        yield made
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


def _put_certificate(folder: Path, like: Front | None) -> None:
    if like is None:
        _write_certificate(folder)
        return
    for each in ("cert.pem", "key.pem"):
        shutil.copy(like.folder / each, folder)


def wait(made: Front, process: "subprocess.Popen[bytes]") -> None:
    """Wait until it answers; where it does not, say what it wrote."""
    retries = urllib3.Retry(total=5, connect=5, backoff_factor=0.05, backoff_max=0.2)
    with urllib3.PoolManager(retries=retries) as pool:
        for _ in range(25):
            assert process.poll() is None, f"{made.kind} died: {made.written}"
            with suppress(urllib3.exceptions.MaxRetryError):
                pool.request("GET", f"http://127.0.0.1:{made.plain}/", redirect=False)
                return
    raise AssertionError(f"{made.kind} does not answer: {made.written}")


def _nginx(made: Front, server: int) -> list[str]:
    text = (ROOT / "deploy/nginx/ghepmau.conf").read_text("utf-8")
    text = "".join(line for line in text.splitlines(keepends=True) if "[::]" not in line)
    changes = {
        "listen 80;": f"listen 127.0.0.1:{made.plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{made.port} ssl",
        "127.0.0.1:8000": f"127.0.0.1:{server}",
        "/etc/ghepmau/tls/fullchain.pem": f"{made.folder}/cert.pem",
        "/etc/ghepmau/tls/key.pem": f"{made.folder}/key.pem",
        "/var/log/nginx/": f"{made.folder}/",
    }  # fmt: skip
    (made.folder / "ghepmau.conf").write_text(changed(text, changes), "utf-8")
    whole = made.folder / "nginx.conf"
    whole.write_text(AROUND.format(folder=made.folder), "utf-8")
    return ["-c", str(whole), "-p", str(made.folder), "-e", str(made.folder / "begin.log")]


def _put_behind(made: Front, address: str) -> None:
    """Change the example as its head says, for another front at *address*."""
    changes = {
        f":{made.port} ssl": f":{made.port} ssl proxy_protocol",
        "#set_real_ip_from 10.0.1.5;": f"set_real_ip_from {address};",
        "#real_ip_header ": "real_ip_header ",
    }  # fmt: skip
    settings = made.folder / "ghepmau.conf"
    settings.write_text(changed(settings.read_text("utf-8"), changes), "utf-8")


def _caddy(made: Front, server: int) -> list[str]:
    text = (ROOT / "deploy/caddy/Caddyfile").read_text("utf-8")
    ours = f"\tadmin off\n\thttp_port {made.plain}\n\thttps_port {made.port}\n"
    tls = f"\ttls {made.folder}/cert.pem {made.folder}/key.pem\n\tbind 127.0.0.1\n"
    changes = {
        "\n{\n": "\n{\n" + ours + "\tdefault_bind 127.0.0.1\n",
        f"\n{NAME} {{\n": f"\n{NAME} {{\n{tls}",
        "127.0.0.1:8000": f"127.0.0.1:{server}",
    }
    whole = made.folder / "Caddyfile"
    whole.write_text(changed(text, changes), "utf-8")
    return ["run", "--config", str(whole), "--adapter", "caddyfile"]


MADE: dict[str, Callable[[Front, int], list[str]]] = {"nginx": _nginx, "caddy": _caddy}


def changed(text: str, changes: dict[str, str]) -> str:
    """Return an example with each of *changes*, which must all be in it."""
    for before, after in changes.items():
        assert before in text, f"the example has no {before!r} any more"
        text = text.replace(before, after)
    return text


def _write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
