"""A receiver over HTTP that ships with the product and fails on purpose.

Its script holds one fault for each request: 'slow' and 'silent' let the caller's time run out
(the second after the message was kept), 'cut' closes the connection in the middle of the answer,
'wrong' answers no JSON, a number is that status, with '+kept' once the message was kept.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Keep = Callable[[dict[str, str], bytes], bytes]


@dataclass
class SimulatedSystem:
    """Keeps what it is sent, once for each `webhook-id`; *faults* say how each request ends."""

    faults: list[str] = field(default_factory=list)
    kept: list[tuple[str, bytes]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    calls: int = 0
    released: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def start(self) -> str:
        """Listen on loopback; return the address."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.port}/hook"

    def stop(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def take(self, headers: dict[str, str], body: bytes) -> None:
        self.headers.append(headers)
        key = headers.get("webhook-id", "")
        if key not in {known for known, _ in self.kept}:
            self.kept.append((key, body))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        system = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                system.calls += 1
                fault, _, kept = (system.faults.pop(0) if system.faults else "+kept").partition("+")
                if kept or fault == "silent":
                    system.take(headers, body)
                self._answer(fault)

            def _answer(self, fault: str) -> None:
                if fault in {"slow", "silent"}:
                    system.released.wait(30)
                    self.close_connection = True
                    return
                said = b"<html>" if fault == "wrong" else b'{"ok": true}'
                self.send_response(int(fault) if fault.isdigit() else 200)
                self.send_header("Content-Length", str(len(said) + (100 if fault == "cut" else 0)))
                self.end_headers()
                self.wfile.write(said)
                if fault == "cut":
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Say nothing on the terminal."""

        return Handler
