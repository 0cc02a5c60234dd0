"""Serves the kiosk's page on loopback until told to stop, or until its parent is gone."""

import http.client
import logging
import os
import socket
from threading import Event, Thread

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from contract.spoken import Spoken
from device.config import Config
from device.kiosk.app import BEAT, create_app
from device.kiosk.hub import Hub
from device.kiosk.screen import Screen
from device.kiosk.sight import StateFile
from device.notify import Notifier

log = logging.getLogger(__name__)
HOST = "127.0.0.1"
ASK = 5  # seconds between two questions to our own server


class PortTaken(Spoken):
    """Another program listens where the kiosk's page should be."""


class _Handler(WSGIRequestHandler):
    timeout = 15  # seconds that a silent or stuck client may keep a thread

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the page is asked for by one screen only."""


class Kiosk:
    """The page for the state file of one station."""

    def __init__(self, config: Config, beat: float = BEAT) -> None:
        self.hub = Hub(StateFile(config.page_file), Screen(config.kiosk.language))
        self._server = _listen(config, self.hub, beat)
        self._thread = Thread(target=self._server.serve_forever, name="kiosk-http", daemon=True)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self._server.port}/"

    def answers(self, patience: float = 5.0) -> bool:
        """Ask our own server for a sign of life, as the screen would."""
        asking = http.client.HTTPConnection(HOST, self._server.port, timeout=patience)
        try:
            asking.request("GET", "/alive")
            return asking.getresponse().status == 204
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asking.close()

    def start(self) -> None:
        self.hub.start()
        self._thread.start()

    def close(self) -> None:
        """Let every viewer go, then stop listening."""
        self.hub.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def serve(config: Config, stop: Event, parent: int | None = None) -> None:
    """Work until *stop*, or until *parent* (a process id) is gone; raise PortTaken."""
    kiosk, notifier = Kiosk(config), Notifier()
    kiosk.start()
    notifier.ready()
    print(f"kiosk: {kiosk.address}", flush=True)  # noqa: T201 - where to look
    beat = 0
    while not stop.wait(1.0) and parent in (None, os.getppid()):
        if beat % ASK == 0 and kiosk.answers():
            notifier.alive()
        beat += 1
    notifier.stopping()
    kiosk.close()


def _listen(config: Config, hub: Hub, beat: float) -> BaseWSGIServer:
    port = config.kiosk.port
    try:
        listening = socket.create_server((HOST, port), backlog=16)
    except OSError as error:
        raise PortTaken(
            f"không mở được trang màn hình ở {HOST}:{port}, có chương trình khác dùng cổng "
            "đó; dừng nó, hoặc chọn kiosk.port khác",
            f"the kiosk's page cannot be served on {HOST}:{port}, another program listens "
            "there; "
            "end it, or choose another kiosk.port",
        ) from error
    with listening:
        return make_server(
            HOST,
            listening.getsockname()[1],
            create_app(hub, config.page_file, beat),
            threaded=True,
            request_handler=_Handler,
            fd=listening.fileno(),  # it takes a copy
        )
