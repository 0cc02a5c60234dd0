"""Serve the pages and the intake with granian: one process does the work, several threads wait.

One process, because one writer thread owns the intake's database writes.  Slow clients cost a
thread at most: headers have ten seconds, and threads are started as they are needed.
"""

import ctypes
import logging
import os
import signal
import socket
from functools import partial
from multiprocessing.util import Finalize

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from server.app import create_app
from server.assembly import start_background, stop_background
from server.config import Settings

HEADERS_WITHIN_MS = 10_000
LARGEST_HEAD = 64 * 1024
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class CannotListen(Exception):
    """The port is taken or not ours to take."""


def check_port(settings: Settings) -> None:
    """Raise CannotListen, with what to do, if we could not serve where we are told to."""
    where = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except PermissionError as error:
            raise CannotListen(f"{where} needs more rights: choose a port from 1024 up") from error
        except OSError as error:
            raise CannotListen(
                f"cannot listen on {where} ({error.strerror}): "
                f"stop the other program, or choose another port with --port"
            ) from error


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; uploads in hand are finished first."""
    server = Granian(
        "ghepmau",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        blocking_threads=settings.threads,
        backpressure=4 * settings.threads,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADERS_WITHIN_MS, max_buffer_size=LARGEST_HEAD
        ),
        websockets=False,
        log_level=LogLevels.error,
        workers_kill_timeout=20,
    )
    server.on_startup(partial(_announce, settings))
    server.serve(target_loader=partial(_load, settings, os.getpid()), wrap_loader=False)


def _announce(settings: Settings) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"Ghép Mẫu: http://{host}:{settings.port}", flush=True)  # noqa: T201 - for the operator


def _load(settings: Settings, parent: int) -> Flask:
    """Run in the process that serves: put the server together and start the work beside it."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(1)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True
    )
    app = create_app(settings)
    if settings.background:
        start_background(app)
        Finalize(None, stop_background, args=(app,), exitpriority=100)
    return app
