"""A process that only works beside the pages: applies uploads, delivers outcomes, reads imports.

Any number of them share a PostgreSQL database with the processes that serve; with `background =
false` those leave all such work to them.  Any may be killed at any time.
"""

import signal
from collections.abc import Callable
from threading import Event

from sqlalchemy import make_url

from server.app import create_app
from server.assembly import start_background, stop_background
from server.config import ConfigError, Settings
from server.upkeep import logs


def work(settings: Settings, *, told: Callable[[str], object]) -> None:
    """Work until SIGTERM or SIGINT; what is in hand is finished first."""
    if make_url(settings.database_url).get_backend_name() == "sqlite":
        raise ConfigError(
            "`work` cần PostgreSQL: với SQLite, tiến trình phục vụ làm luôn việc này",
            "`work` needs PostgreSQL: with SQLite the process that serves does this work too",
        )
    logs.to_standard_output()
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    app = create_app(settings)
    start_background(app)
    told("Ghép Mẫu: working")
    stopping.wait()
    stop_background(app)
    app.extensions["database"].engine.dispose()
