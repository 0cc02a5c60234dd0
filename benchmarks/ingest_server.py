"""The real server for the benchmark, with one route more: a trivial POST, the peer of one event.

python -m benchmarks.ingest_server DATA-DIRECTORY PORT
"""

import sys
from functools import partial

import msgspec
from flask import Response, request

from server import wsgi
from server.app import create_app
from server.assembly import start_background, stop_background
from server.config import Settings
from server.front import Front
from server.web import station_signed


@station_signed  # as the intake is: no form, no cookie
def trivial() -> Response:
    """Read JSON, answer JSON: what Flask on this server costs at the least."""
    msgspec.json.decode(request.get_data())
    return Response(b'{"ok":1}', mimetype="application/json")


def with_trivial(settings: Settings) -> Front:
    """Put the server together as the product does, with the one route more."""
    app = create_app(settings)
    app.add_url_rule("/trivial", "trivial", trivial, methods=["POST"])
    start_background(app)
    wsgi.keep_still()
    return wsgi.front_of(app, settings, partial(stop_background, app))


def main(data: str, port: str) -> None:
    """Serve *data* (made by `ghepmau-server init`) on loopback *port* until told to stop."""
    wsgi.serve(Settings(data=data, port=int(port)), load=with_trivial)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
