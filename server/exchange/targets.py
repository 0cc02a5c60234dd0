"""The targets beside the embedded record: one TOML file, a table for each.

    [[target]]
    name = "cdc"            # stored with every message, so it never changes
    kind = "fhir"           # fhir, webhook, csv, or upstream: a Ghép Mẫu above this one
    url = "https://fhir.cdc.example/r4"
    preset = "vn-core-0.6"
    token_file = "/etc/ghepmau/cdc.token"
    statuses = ["positive"] # whom to tell what: all where it is left out
    places = ["vn-2021:24"]

Secrets stand in files of their own, never in this one.
"""

import re
import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from contract.complaints import vietnamese
from server.config import ConfigError
from server.db import Database
from server.declarations import notice
from server.delivery.channels import Channel
from server.delivery.routes import Route
from server.exchange.codes import PRESETS, codes
from server.exchange.drop import DropChannel
from server.exchange.fhir import FhirChannel
from server.exchange.http import Access, Http
from server.exchange.upstream import UpstreamChannel
from server.exchange.webhook import WebhookChannel

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,38}$")]
LEAST_SECRET = 24  # bytes


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One receiver, and what it is told."""

    name: Name
    kind: Literal["fhir", "webhook", "csv", "upstream"]
    url: str = ""
    folder: str = ""
    preset: str = "none"
    codes: dict[str, Any] = {}
    token_file: str = ""
    token_expires: datetime | None = None
    secret_file: str = ""
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    timeout: Annotated[float, msgspec.Meta(gt=0, le=120)] = 10.0
    read_back: bool = True
    declarations: bool = False  # whether the declaration before the sample goes along (FHIR)
    statuses: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def route(self) -> Route:
        places, keeps = self.places, self.kind == "fhir"
        return Route(self.name, frozenset(self.statuses), places, keeps_persons=keeps)

    @property
    def access(self) -> Access:
        return Access(
            self.url, self.token_file, self.ca_file, self.client_cert, self.client_key, self.timeout
        )


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    target: list[Target] = []


def load_targets(path: str) -> list[Target]:
    """Read the targets in *path* ('' for none); raise ConfigError, which names what is wrong."""
    if not path:
        return []
    try:
        found = msgspec.convert(tomllib.loads(Path(path).read_text(encoding="utf-8")), _File)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"không đọc được các nơi nhận trong {path}: {error}",
            f"cannot read the targets in {path}: {error}",
        ) from error
    names = [each.name for each in found.target]
    if len(set(names)) < len(names) or notice.TARGET in names:
        raise ConfigError(
            f"{path}: mỗi nơi nhận cần một tên riêng, không tên nào là {notice.TARGET}",
            f"{path}: each target needs a name of its own, and none {notice.TARGET}",
        )
    for each in found.target:
        _check(each, path)
    return found.target


def _check(target: Target, path: str) -> None:
    where = f"{path}: target {target.name}"
    if target.kind == "csv" and not Path(target.folder).is_dir():
        raise ConfigError(
            f"{where}: không có thư mục {target.folder!r}",
            f"{where}: there is no folder {target.folder!r}",
        )
    if target.kind != "csv" and not re.match(r"https?://[^/\s]+", target.url):
        raise ConfigError(
            f"{where}: url phải bắt đầu bằng https:// hoặc http://",
            f"{where}: url must begin with https:// or http://",
        )
    if target.preset not in PRESETS:
        raise ConfigError(
            f"{where}: không có mẫu sẵn này; có {', '.join(PRESETS)}",
            f"{where}: unknown preset; known are {', '.join(PRESETS)}",
        )
    if target.kind == "webhook":
        _secret(target, where)
    try:
        codes(target.preset, target.codes)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"{where}: codes: {vietnamese(str(error))}", f"{where}: codes: {error}"
        ) from error


def _secret(target: Target, where: str) -> bytes:
    try:
        secret = Path(target.secret_file).read_bytes().strip()
    except OSError as error:
        raise ConfigError(
            f"{where}: không đọc được secret_file: {error.strerror}",
            f"{where}: cannot read secret_file: {error.strerror}",
        ) from error
    if len(secret) < LEAST_SECRET:
        raise ConfigError(
            f"{where}: khóa bí mật ngắn hơn {LEAST_SECRET} byte",
            f"{where}: the secret has fewer than {LEAST_SECRET} bytes",
        )
    return secret


def channel_of(target: Target, database: Database, clock: Callable[[], datetime]) -> Channel:
    """Return the channel to *target*, which was checked."""
    if target.kind == "csv":
        return DropChannel(Path(target.folder), database, clock)
    http = Http(target.access)
    if target.kind == "webhook":
        return WebhookChannel(http, _secret(target, target.name), database, clock)
    if target.kind == "upstream":
        return UpstreamChannel(http, database, clock)
    chosen = codes(target.preset, target.codes)
    return FhirChannel(
        target.name, http, chosen, database, clock, target.read_back, target.declarations
    )
