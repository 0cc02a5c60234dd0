"""The commands that last: serve, work beside the pages, hear machines."""

import argparse
import os
import signal
from collections.abc import Callable
from contextlib import closing
from functools import partial
from threading import Event

from contract.spoken import said
from server import serving, working, wsgi
from server.config import Loaded, Settings, load
from server.lab.imports import machines
from server.lab.links import listening
from server.preparing import Opened, check_shape, prepare
from server.upkeep.opening import Trouble, now, open_keys

Add = Callable[..., argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Add these commands to those of `ghepmau-server`."""
    add(
        "listen",
        listen,
        said(
            "Nghe các máy xét nghiệm đến khi được bảo dừng.",
            "Hear the laboratory's machines until told to stop.",
        ),
    )
    add(
        "work",
        work,
        said(
            "Làm việc nền đến khi được bảo dừng; chỉ với PostgreSQL.",
            "Do the work beside the pages until told to stop; PostgreSQL only.",
        ),
    )
    run_it = add(
        "run", run, said("Chạy máy chủ đến khi được bảo dừng.", "Serve until told to stop.")
    )
    run_it.add_argument("--host")
    run_it.add_argument("--port", type=int)


def run(asked: argparse.Namespace, _loaded: Loaded) -> None:
    given = {"host": asked.host, "port": asked.port}
    changed = {f"GHEPMAU_{key.upper()}": str(value) for key, value in given.items() if value}
    settings = load(asked.config, os.environ | changed).settings
    machines.load(settings.machines)
    serving.check_workers(settings)
    wsgi.check_port(settings)
    prepare(settings)
    held = serving.hold_alone(settings)
    check_room(settings, settings.workers)
    wsgi.serve(settings)
    del held


def check_room(settings: Settings, processes: int) -> None:
    with closing(Opened(settings)) as opened:
        serving.check_room(settings, opened.database, processes)


def work(_asked: argparse.Namespace, loaded: Loaded) -> None:
    settings = loaded.settings
    open_keys(settings)
    check_shape(settings)
    check_room(settings, settings.workers + 1)
    working.work(settings, told=partial(print, flush=True))


def listen(_asked: argparse.Namespace, loaded: Loaded) -> None:
    settings = loaded.settings
    heard = machines.load(settings.machines)
    if not heard:
        raise Trouble(
            "chưa có máy nào để nghe: ghi tệp khai báo máy vào cấu hình `machines`",
            "no machine to hear: name a file of machines in the setting `machines`",
        )
    open_keys(settings)
    check_shape(settings)
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with closing(Opened(settings)) as opened:
        listening.listen(
            opened.database, heard, now, told=partial(print, flush=True), stopping=stopping
        )
