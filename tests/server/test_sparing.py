"""The collector is spared what stays: once at the start, once more after its first whole look."""

import subprocess
import sys

SERVING = """
import gc
from server.wsgi import keep_still

keep_still()
gc.disable()
counts, kept = [gc.get_freeze_count()], []
for _ in range(3):
    kept.append([[] for _ in range(1000)])
    gc.collect()
    counts.append(gc.get_freeze_count())
lost = []
lost.append(lost)
del lost
print(counts[1] - counts[0] >= 1000, counts[3] <= counts[1], gc.collect() > 0)
"""


def test_what_pages_fill_for_good_is_spared_once_and_garbage_is_found_still() -> None:
    ran = subprocess.run([sys.executable, "-c", SERVING], capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == ("True True True\n", "")
