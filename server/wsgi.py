"""Serve the pages and the intake with granian, in one process or several, each with threads.

One process on SQLite, because one writer thread owns the intake's database writes; as many as there
are cores on PostgreSQL.  One that dies is started anew.  Slow clients cost no thread: headers have
ten seconds, and `server.front` gathers bodies before a thread runs.
"""

import asyncio
import ctypes
import gc
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.rsgi import Scope
from werkzeug.exceptions import HTTPException

from contract.spoken import Spoken
from server.app import create_app
from server.assembly import start_background, stop_background
from server.config import Settings
from server.front import HELD_AT_ONCE, Front
from server.intake.answers import PATH
from server.intake.door import Door
from server.room import Room
from server.upkeep import logs
from server.web import takes_large_body

if TYPE_CHECKING:
    from multiprocessing.synchronize import Lock


HEADERS_WITHIN_MS = 10_000
LARGEST_HEAD = 64 * 1024
CONNECTIONS = 4096
# What those who watch this machine ask.  A process that lives and waits for a slow disk with all
# its threads was silent there as well, and whoever restarts what is silent would have ended it.
WATCHED = ("/healthz", "/readyz")
# Many threads that each do little: handing the interpreter round less often moves more uploads.
SWITCH_SECONDS = 0.02
# How the C library gives memory to the processes that serve (mallopt): in few heaps, and back to
# the system what was large.
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3
ALLOCATING = {_ARENA_MAX: 2, _MMAP_THRESHOLD: 128 * 1024}
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class CannotListen(Spoken):
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
            raise CannotListen(
                f"{where} cần thêm quyền: chọn cổng từ 1024 trở lên",
                f"{where} needs more rights: choose a port from 1024 up",
            ) from error
        except OSError as error:
            raise CannotListen(
                f"không mở được {where} ({error.strerror}): dừng chương trình kia, hoặc chọn "
                "cổng khác bằng --port",
                f"cannot listen on {where} ({error.strerror}): "
                f"stop the other program, or choose another port with --port",
            ) from error


def serve(settings: Settings, load: Callable[[Settings], Front] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; requests in hand are finished first.

    *load* makes the application in the process that serves; a benchmark brings its own.
    """
    server = Granian(
        "ghepmau",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        backpressure=CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADERS_WITHIN_MS, max_buffer_size=LARGEST_HEAD
        ),
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig=logs.OF_PROCESSES,
        workers=settings.workers,
        workers_kill_timeout=20,
        respawn_failed_workers=settings.workers > 1,
        respawn_interval=0.5,
    )
    first = multiprocessing.Lock()
    loader: Callable[..., Any] = partial(_load, settings, load or build, os.getpid(), first)
    server.serve(target_loader=loader, wrap_loader=False)


def build(settings: Settings) -> Front:
    """Put the server together and start the work beside the pages."""
    app = create_app(settings)
    start_background(app, whole=settings.background)
    keep_still()
    return front_of(app, settings, partial(stop_background, app))


def keep_still() -> None:
    """Spare the collector what lives as long as the process: it looked through it again and again.

    A fifth of the time of settling many tubes went there.  What pages leave behind is looked
    through some thousand at a time: with 50,000 one page in twenty waited 60 to 150 ms for it.

    What pages fill for good in the first thousand of them, templates and statements, is spared
    after the first whole look at it: each later one took 117 ms, and takes 9 to 22.  Only once, so
    that what becomes garbage among it later is bounded by what was there then.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 10)
    if _spare not in gc.callbacks:
        gc.callbacks.append(_spare)


def _spare(phase: str, seen: dict[str, int]) -> None:
    """Leave out of every later look what this one, the first at everything, found in use."""
    if phase == "stop" and seen["generation"] == 2:
        gc.callbacks.remove(_spare)
        gc.freeze()


def front_of(app: Flask, settings: Settings, on_stop: Callable[[], None] | None = None) -> Front:
    """Return what granian runs, around *app*."""
    # The pages refuse what is larger than the setting in their own words; this is the hard end.
    ordinary, large = 2 * settings.max_body_kib * 1024, (settings.max_import_mib + 1) << 20
    share = max(large, HELD_AT_ONCE // 2)
    return Front(
        app,
        threads=settings.threads,
        largest=ordinary,
        larger=partial(_larger, app, large),
        room=Room(2 * share, share, ordinary),
        on_start=partial(_announce, settings),
        on_stop=on_stop,
        short=Door(app, partial(logs.of_station, app.extensions["traffic"], PATH)),
        apart=WATCHED,
    )


def _larger(app: Flask, large: int, scope: Scope) -> int:
    """Return *large* where a view takes machines' files, 0 elsewhere."""
    try:
        endpoint, _ = app.url_map.bind("").match(scope.path, scope.method)
    except HTTPException:
        return 0
    return large if takes_large_body(app.view_functions.get(endpoint)) else 0


async def _announce(settings: Settings) -> None:
    """Say where we are as soon as we answer there."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    while True:
        try:
            _, writer = await asyncio.open_connection(host, settings.port)
        except OSError:
            await asyncio.sleep(0.02)
            continue
        writer.close()
        break
    shown = f"[{host}]" if ":" in host else host
    print(f"Ghép Mẫu: http://{shown}:{settings.port}", flush=True)  # noqa: T201 - for the operator


def _load(
    settings: Settings, load: Callable[[Settings], Front], parent: int, first: "Lock"
) -> Front:
    """Runs in each process that serves, which ends when the one that started it does."""
    end_with_parent(parent)
    give_back_memory()
    sys.setswitchinterval(SWITCH_SECONDS)
    logs.to_standard_output()
    front = load(settings)
    if not first.acquire(block=False):
        front.on_start = None  # another one says where we are
    return front


def give_back_memory() -> None:
    """Set ALLOCATING for this process, where the C library knows it.

    Said in the environment it would come too late: these processes are forked, and nobody reads it.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        for what, value in ALLOCATING.items():
            library.mallopt(what, value)


def end_with_parent(parent: int) -> None:
    """Have this process told to stop when the process *parent* ends, however it ends."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(1)
