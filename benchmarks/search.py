"""How fast matched outcomes are found: by name parts, status, place, state; against a tube's code.

python -m benchmarks.search --people 1000000 --on sqlite
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from benchmarks.postgres import cluster
from benchmarks.report import Report, arguments, median, percentile
from benchmarks.search_leak import leak
from benchmarks.search_people import DISTRICTS, fill
from server import vault
from server.accounts.within import ANYWHERE, Within
from server.db import Database, open_database
from server.officers import search
from server.officers.wishes import Wish
from server.schema import tables
from server.wsgi import keep_still

KINDS = ("tube", "digits", "given", "given_rare", "two_parts", "whole_name", "common_parts",
         "two_given",  # more than one common part
         "name_sorted", "name_in_district", "status", "place", "state", "newest")  # fmt: skip


TWO_GIVEN = ("Minh Anh", "Thu Hà", "hong hanh", "Thanh Mai", "ngoc linh")  # each common by itself


def wish_of(kind: str, name: str, tube: str, rng: Random) -> tuple[Wish, Within]:
    """Return what an officer asks for in one kind of search."""
    parts = name.split()
    district = f"vn-2021:{rng.choice(DISTRICTS)}"
    wishes = {
        "tube": Wish(q=tube),
        "digits": Wish(q=tube[-6:]),
        "given": Wish(q=parts[-1]),
        "given_rare": Wish(q=rng.choice(("Khuyến", "Nhước", "Xiệp", "Thuyến", "Giươi"))),
        "two_parts": Wish(q=f"{parts[-1]} {parts[0]}"),
        "whole_name": Wish(q=name),
        "common_parts": Wish(q="van nguyen"),
        "two_given": Wish(q=rng.choice(TWO_GIVEN)),
        "name_sorted": Wish(q=f"{parts[-1]} {parts[0]}", sort="name"),
        "name_in_district": Wish(q=parts[-1]),
        "status": Wish(status=rng.choice(("positive", "negative", "invalid"))),
        "place": Wish(place=f"{district}.{rng.randrange(1, 26):02d}"),
        "state": Wish(state=rng.choice(("paired", "delivered"))),
        "newest": Wish(),
    }
    within = Within.of([district]) if kind == "name_in_district" else ANYWHERE
    return wishes[kind], within


def measure(database: Database, known: list[tuple[str, str]], times: int, report: Report) -> None:
    rng = Random(3)  # noqa: S311 - no secret
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    cpu: dict[str, list[float]] = {kind: [] for kind in KINDS}
    keep_still()  # as the server does when it begins to serve
    for _ in range(times):
        for kind in KINDS:
            wish, within = wish_of(kind, *rng.choice(known), rng)
            with database.read() as session:
                began, worked = perf_counter(), process_time()
                search.find(session, wish, within)
                took[kind].append((perf_counter() - began) * 1000)
                cpu[kind].append((process_time() - worked) * 1000)
    for kind, each in took.items():
        report.figures[f"{kind}_p50"] = (median(each), "ms")
        report.figures[f"{kind}_p95"] = (percentile(each, 95), "ms")
        report.figures[f"{kind}_processor_p95"] = (percentile(cpu[kind], 95), "ms")
    every = [each for some in took.values() for each in some]
    report.figures["all_p95"] = (percentile(every, 95), "ms")
    exact = median(took["tube"])
    for kind in ("given", "two_parts", "whole_name"):
        report.ratios[f"{kind}_p50_to_tube_p50"] = median(took[kind]) / exact


@contextmanager
def place_for(engine: str, folder: Path) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'search.sqlite'}"
        return
    with cluster(port=54397) as url:
        yield url


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=20, help="searches of each kind")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--folder", type=Path, help="where the database is built")
    options = parser.parse_args()
    report = Report("search")
    with TemporaryDirectory(dir=options.folder) as name:
        vault.install(vault.Vault.create(Path(name) / "keys"))
        with place_for(options.on, Path(name)) as url:
            database = open_database(url)
            tables.create_all(database.engine)
            began = perf_counter()
            known = fill(database, options.people)
            report.figures["filled_in"] = (perf_counter() - began, "s")
            measure(database, known, options.times, report)
            database.engine.dispose()
        for key, share in leak(min(options.people, 50_000)).items():
            report.figures[key] = (share, "%")
    report.print(options.json)


if __name__ == "__main__":
    main()
