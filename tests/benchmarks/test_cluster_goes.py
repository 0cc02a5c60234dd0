"""A PostgreSQL of the tests is ended at once, and leaves nothing behind."""

from benchmarks import postgres


def test_what_its_processes_share_lies_in_its_own_folder(postgresql: postgres.Cluster) -> None:
    """In /dev/shm a segment outlived each cluster that was ended."""
    assert list((postgresql.data / "pg_dynshmem").iterdir())
