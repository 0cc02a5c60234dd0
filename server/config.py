"""The server's settings: a TOML file, then GHEPMAU_* in the environment, over the defaults.

An unknown or ill-formed key stops the start and is named, with where it stands.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

import msgspec

from contract.complaints import vietnamese
from contract.spoken import Spoken
from server.hidden import without_password

PREFIX = "GHEPMAU_"
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Days = Annotated[int, msgspec.Meta(ge=1, le=36500)]


class ConfigError(Spoken):
    """A setting is unknown or wrong; the message names file and key."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every setting that there is.  None of the defaults is a secret."""

    data: str = "var/server"  # the directory for what the server keeps
    database: str = ""  # an SQLAlchemy URL; empty: ghepmau.sqlite in `data`
    read_database: str = ""  # a copy that follows, for officers' pages (docs/engines.md)
    read_seconds: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 10  # no older than this
    vault: str = ""  # the key file; empty: vault.json in `data`
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8000
    public_url: str = ""  # how browsers reach us; https:// makes cookies secure
    key_domain: str = ""  # that security keys are bound to; empty: the host of `public_url`
    proxies: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0  # proxies in front that we trust
    workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1  # processes that serve; SQLite: one
    threads: Annotated[int, msgspec.Meta(ge=1, le=64)] = 32  # requests at once, of each of them
    connections: Annotated[int, msgspec.Meta(ge=0, le=500)] = 0  # of each; 0: threads and 12
    fhir_preset: Literal["none", "vn-core-0.6", "moh-2021"] = "none"  # names in our façade
    targets: str = ""  # a TOML file of receivers beside the embedded record (docs/delivery.md)
    background: bool = True  # apply uploads and deliver outcomes in this process
    max_body_kib: Annotated[int, msgspec.Meta(ge=64, le=65536)] = 4096
    max_import_mib: Annotated[int, msgspec.Meta(ge=1, le=256)] = 64  # a machine's file
    place_names: str = ""  # CSV file of more names of places (docs/declarations.md)
    declarations_per_address: Count = 1000  # in a quarter of an hour; a factory has one address
    machines: str = ""  # TOML file of the machines that `listen` hears; empty: none
    idle_minutes: Annotated[int, msgspec.Meta(ge=1, le=720)] = 60
    absolute_hours: Annotated[int, msgspec.Meta(ge=1, le=24)] = 12
    enrol_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 10
    result_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 72  # how long a test holds
    issuer: str = "Ghép Mẫu"  # who issues result slips: the name on paper and in the code
    slip_key: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1  # which key signs; raise it to change
    issuers: str = ""  # a TOML file of keys of health certificates' issuers (docs/people.md)
    resolve_per_minute: Count = 120  # questions of one partner
    resolve_misses_per_hour: Count = 60  # of them in vain, with those of FHIR
    fhir_per_minute: Count = 600  # reads of one partner
    keep_days: Annotated[int, msgspec.Meta(ge=0, le=36500)] = 3650  # the law keeps a result so long
    keep_check_in_days: Days = 90  # who was where; counts stay
    keep_answer_days: Days = 365  # what was declared of somebody's health
    keep_phone_days: Days = 400  # whom a phone declared for, since it last did
    keep_list_days: Days = 365  # names on rosters, drafts of lists
    keep_file_days: Days = 365  # machines' files as they came
    keep_event_days: Days = 400  # bytes of stations' events; their hashes stay
    keep_refused_days: Days = 90  # what could not be taken
    holidays: str = ""  # a TOML file of days off; empty: the one that comes with the program
    backups: str = ""  # where backups go; empty: backups in `data`
    keep_backups: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 14  # older ones go; 0: none does
    archives: str = ""  # where archives of closed months go; empty: archives in `data`
    # The timer archives a month so long after it: 3 is at the end of the third month; 0: by hand.
    archive_after_months: Annotated[int, msgspec.Meta(ge=0, le=60)] = 0
    metrics_token: str = ""  # a file with the token for /metrics; empty: this machine alone
    anchors: str = ""  # where anchors of the audit trail go; empty: anchors in `data`
    # A second factor for officers, administrators and auditors: some days after they were added.
    second_factor: Literal["off", "offered", "required"] = "required"
    second_factor_grace_days: Annotated[int, msgspec.Meta(ge=0, le=90)] = 7
    unused_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 180  # then an account sleeps
    link_hours: Annotated[int, msgspec.Meta(ge=1, le=336)] = 72  # to choose one's own password
    password_length: Annotated[int, msgspec.Meta(ge=8, le=64)] = 12  # the least we accept

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{Path(self.data) / 'ghepmau.sqlite'}"

    @property
    def issuers_path(self) -> str:
        """Where the keys of health certificates' issuers stand, whether or not there are any."""
        return self.issuers or str(Path(self.data) / "issuers.toml")

    @property
    def vault_path(self) -> Path:
        return Path(self.vault) if self.vault else Path(self.data) / "vault.json"

    @property
    def anchor_folder(self) -> Path:
        return Path(self.anchors) if self.anchors else Path(self.data) / "anchors"

    @property
    def backup_folder(self) -> Path:
        return Path(self.backups) if self.backups else Path(self.data) / "backups"

    @property
    def archive_folder(self) -> Path:
        return Path(self.archives) if self.archives else Path(self.data) / "archives"

    @property
    def origin(self) -> str:
        """Where browsers see our pages, as security keys sign it."""
        if not self.public_url:
            return f"http://localhost:{self.port}"
        parts = urlsplit(self.public_url)
        usual = {"https": 443, "http": 80}.get(parts.scheme)
        port = f":{parts.port}" if parts.port not in {None, usual} else ""
        return f"{parts.scheme}://{parts.hostname}{port}"

    @property
    def keys_at(self) -> str:
        """The domain that security keys are bound to; empty where browsers would use none: they
        want https (or this machine) and a name, not a number."""
        host = urlsplit(self.origin).hostname or ""
        usable = self.origin.startswith("https://") or host == "localhost"
        return (self.key_domain or host) if usable and not _is_number(host) else ""

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by https."""
        return self.public_url.startswith("https://")


FIELDS = {field.name: field for field in msgspec.structs.fields(Settings)}


@dataclass(frozen=True)
class Loaded:
    """The settings, and where each that is not a default came from."""

    settings: Settings
    origins: Mapping[str, str]

    def lines(self) -> list[str]:
        """One line per setting, as `ghepmau-server config` prints them."""
        shown = {key: _shown(key, getattr(self.settings, key)) for key in FIELDS}
        origins = {"key_domain": self._keys()} | dict(self.origins)
        return [f"{key} = {value}  # {origins.get(key, 'default')}" for key, value in shown.items()]

    def _keys(self) -> str:
        where = self.settings.keys_at
        if not where:
            return "default: no security keys, which need https:// and a name in public_url"
        return f"default: security keys of {where}, for pages of {self.settings.origin}"


def _shown(key: str, value: object) -> str:
    """Return *value* as a setting, without the password that a database URL may hold."""
    text = without_password(str(value)) if "database" in key and value else value
    return msgspec.json.encode(text).decode()


def load(path: Path | None, environ: Mapping[str, str]) -> Loaded:
    """Read *path* (if any) and the environment; raise ConfigError on the first wrong key."""
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    for key, value, origin in [*_from_file(path), *_from_environment(environ)]:
        values[key] = _checked(key, value, origin)
        origins[key] = origin
    loaded = Loaded(msgspec.convert(values, Settings), origins)
    _check_addresses(loaded)
    return loaded


def _check_addresses(loaded: Loaded) -> None:
    """Raise ConfigError where no browser could use what was set."""
    settings, origins = loaded.settings, loaded.origins
    parts = urlsplit(settings.public_url)
    if settings.public_url and not (parts.scheme in {"http", "https"} and _has_host(parts)):
        raise ConfigError(
            f"{origins.get('public_url')}: cấu hình 'public_url': phải là địa chỉ như https://ghepmau.example",
            f"{origins.get('public_url')}: setting 'public_url': expected an address such as "
            "https://ghepmau.example",
        )
    domain, host = settings.key_domain, urlsplit(settings.origin).hostname or ""
    above = "." in domain and host.endswith(f".{domain}")
    if domain and not (host == domain or above):
        raise ConfigError(
            f"{origins.get('key_domain')}: cấu hình 'key_domain': {domain!r} không phải "
            f"{host!r}, máy của public_url, cũng không phải miền trên nó",
            f"{origins.get('key_domain')}: setting 'key_domain': {domain!r} is neither "
            f"{host!r}, "
            "the host of public_url, nor a domain above it",
        )


def _has_host(parts: SplitResult) -> bool:
    try:
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # no number of a port
        return False


def _is_number(host: str) -> bool:
    return ":" in host or re.fullmatch(r"[0-9.]+", host) is not None


def _from_file(path: Path | None) -> list[tuple[str, Any, str]]:
    if path is None:
        return []
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"không đọc được cấu hình trong {path}: {error}",
            f"cannot read the settings in {path}: {error}",
        ) from error
    return [(key, value, str(path)) for key, value in document.items()]


def _from_environment(environ: Mapping[str, str]) -> list[tuple[str, Any, str]]:
    return [
        (name.removeprefix(PREFIX).lower(), value, f"environment {name}")
        for name, value in sorted(environ.items())
        if name.startswith(PREFIX) and name != "GHEPMAU_LANG"  # how commands speak
    ]


def _checked(key: str, value: object, origin: str) -> object:
    if key not in FIELDS:
        known = ", ".join(FIELDS)
        raise ConfigError(
            f"{origin}: không có cấu hình {key!r}; có: {known}",
            f"{origin}: unknown setting {key!r}; known are: {known}",
        )
    try:
        return msgspec.convert(value, FIELDS[key].type, strict=not isinstance(value, str))
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"{origin}: cấu hình {key!r}: {vietnamese(str(error))}",
            f"{origin}: setting {key!r}: {error}",
        ) from error
