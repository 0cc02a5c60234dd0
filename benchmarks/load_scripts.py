"""What everybody does during `benchmarks.load`: stations, officers and phones.

A day is pressed into the run: most people come in the middle of the morning and of the afternoon.
One station in eight has no network for a while and brings everything at once after it; one upload
in twenty is sent twice, as by a station that never saw the answer.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate
from random import Random
from urllib.parse import urlencode
from uuid import UUID

from benchmarks.ingest_traffic import PATH, Chain
from benchmarks.load_clients import Act, Wire
from contract.events import encode_batch
from contract.population import Resident
from contract.signing import request_message, sign
from rehearsal.browser import Browser

HOURS = (1, 3, 8, 10, 6, 2, 4, 9, 9, 5, 2, 1)  # shares of the day's people, from 7 to 19
_BATCH, _TWICE, _OFF_LINE = 500, 20, 8
_FORM = "application/x-www-form-urlencoded"


def pairings(count: int, seconds: float, rng: Random) -> list[float]:
    """Return when *count* people are paired, in order, spread over the day as people come."""
    shares = list(accumulate(HOURS))
    hour = seconds / len(HOURS)
    return sorted(
        (bisect(shares, rng.random() * shares[-1]) + rng.random()) * hour for _ in range(count)
    )


def station(chain: Chain, times: Sequence[float], seconds: float, rng: Random) -> list[Act]:
    """Return the uploads of one station: once a second, or all at once after hours off-line."""
    away = (seconds * 0.3, seconds * 0.7) if rng.randrange(_OFF_LINE) == 0 else (0.0, 0.0)
    due: dict[float, int] = {}
    for at in times:
        sent = away[1] if away[0] <= at < away[1] else float(int(at) + 1)
        due[sent] = due.get(sent, 0) + 1
    acts = []
    for at, count in sorted(due.items()):
        for start in range(0, count, _BATCH):
            work = partial(_upload, *signed(chain, min(_BATCH, count - start)))
            acts.append(Act(at, "upload", work))
            if rng.randrange(_TWICE) == 0:
                acts.append(Act(at, "upload again", work))
    return acts


def signed(chain: Chain, count: int) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of an upload of the chain's next *count* events."""
    body = encode_batch(chain.station, chain.events(count))
    mark = sign(chain.key, request_message(chain.station, "POST", PATH, body))
    kind = {"Content-Type": "application/json"}
    return body, {**kind, "X-Ghepmau-Station": chain.station, "X-Ghepmau-Signature": mark}


def _upload(body: bytes, headers: dict[str, str], wire: Wire) -> int:
    return wire.send("POST", PATH, body, headers)


def pages(browser: Browser, paths: Sequence[str], every: float, seconds: float) -> Iterator[Act]:
    """Yield an officer's looks at *paths* in turn."""
    for turn in range(int(seconds / every)):
        path = paths[turn % len(paths)]
        yield Act(turn * every, f"page {path.partition('?')[0]}", partial(_look, browser, path))


def _look(browser: Browser, path: str, wire: Wire) -> int:
    return wire.send("GET", path, b"", browser.cookies)


def phones(point: str, people: Sequence[Resident], every: float, rng: Random) -> Iterator[Act]:
    """Yield what *people* declare on their phones: the page, then the answers."""
    for turn, one in enumerate(people):
        yield Act(turn * every, "phone page", partial(_poster, point))
        kept = UUID(int=rng.getrandbits(128), version=4)
        yield Act(turn * every, "declaration", partial(_declare, point, _answers(one, kept)))


def _poster(point: str, wire: Wire) -> int:
    return wire.send("GET", f"/d/{point}", b"", {})


def _declare(point: str, body: bytes, wire: Wire) -> int:
    headers = {"Content-Type": _FORM, "X-Ghepmau-Phone": "1", "Cookie": "phone=" + "x" * 32}
    return wire.send("POST", f"/api/v1/declarations/{point}", body, headers)


def _answers(one: Resident, kept: UUID) -> bytes:
    who = one.person
    fields = {
        "form": "vn-2021-1", "id": str(kept), "behalf": "other", "consent": "consent-2026-1",
        "name": who.name, "birth": f"{who.birth:%d/%m/%Y}", "sex": who.sex.value,
        "phone": who.phone, "address": who.address, "q.symptoms": "none",
        **{f"q.{name}": "no" for name in ("patient", "from-outbreak", "sick", "travel")},
    }  # fmt: skip
    return urlencode(fields).encode()
