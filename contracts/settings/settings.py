"""Every setting: its name, default and check. Order: option, environment, zadig.toml, default."""

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from contracts.catalog.release import releases
from contracts.i18n.locale import LANGUAGES, chosen
from contracts.profiles import Profile
from contracts.settings import parsers as values
from contracts.settings.parsers import Secret
from contracts.standin.defects import BEHAVIOURS
from contracts.text import toml
from contracts.text.errors import InputError, of_system
from contracts.text.message import Message, about, msg
from contracts.text.redact import register
from contracts.text.tokens import read
from contracts.text.urls import is_loopback

PREFIX = "ZADIG_"
AUTO, ASSUMED = "auto", "1.7.0"
"""The release setting that asks the target, and the release where the target cannot tell."""
FILE = "zadig.toml"

OF_A_TARGET = (
    *("token", "token_file", "viewer_token", "outsider_token", "outsider_project", "expired_token"),
    *("project", "env_name", "service", "service_module", "repo", "branch", "failing_branch", "hanging_branch"),
    *("ca_file", "client_cert", "client_key", "proxy"),
)
"""Settings that are about one deployment."""
UnknownFields = Literal["report", "fail", "ignore"]
Drift = Literal["fail", "warn"]


class SettingsError(InputError):
    """A setting that cannot be used; one line says which, why and what to do."""


def setting(default: object, means: str, reads: values.Reader = values.text) -> Any:
    """Return a field with what there is to know of its setting: its meaning, and what reads a value of it."""
    return field(default=default, metadata={"means": means, "reads": reads})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of one run. A field `env_name` is the option --env-name and the variable ZADIG_ENV_NAME."""

    base_url: str | None = setting(None, "address of the Zadig under test; left out: the stand-in", values.url)
    token: Secret | None = setting(None, "API token of a user who may do everything in the project", values.secret)
    token_file: Path | None = setting(None, "file that holds the token", values.path)
    viewer_token: Secret | None = setting(None, "token of a user who may only read in the project", values.secret)
    outsider_token: Secret | None = setting(None, "token of a member of another project only", values.secret)
    outsider_project: str | None = setting(None, "the project that the outsider is a member of")
    expired_token: Secret | None = setting(None, "a token of a member that has expired", values.secret)
    project: str | None = setting(None, "project to work in")
    env_name: str | None = setting(None, "environment of the project")
    service: str | None = setting(None, "service of the project that has a build")
    service_module: str | None = setting(None, "module of the service")
    repo: str | None = setting(None, "repository of the module's build")
    branch: str | None = setting(None, "branch whose build passes")
    failing_branch: str | None = setting(None, "branch whose build fails; for the cases of a failed task")
    hanging_branch: str | None = setting(None, "branch whose build times out; for the cases of a timeout")
    release: str = setting(
        ASSUMED,
        "release whose contract is tested; auto: asked of the target where it can tell",
        values.one_of(msg("release"), releases(), also=(AUTO,)),
    )
    api_prefix: str = setting("/api/aslan", "path in front of every call; /api at aslan's own port", values.prefix)
    profile: Profile = setting("regression", "how much is run", values.choice(*get_args(Profile)))
    behaviour: str = setting(
        "perfect",
        "behaviour of the stand-in: perfect, or a release with its defects",
        values.one_of(msg("behaviour"), BEHAVIOURS),
    )
    lang: str | None = setting(None, "language of what is said; left out: the locale's", values.choice(*LANGUAGES))
    run_dir: Path | None = setting(None, "folder of the run; left out: runs/<run id>", values.path)
    shard: str | None = setting(None, "I/N: run only part I of N of the cases", values.part)
    deviations: str | None = setting(None, "file of further known deviations, or none to know of none")
    unknown_fields: UnknownFields = setting(
        "report", "keys that nobody documented", values.choice(*get_args(UnknownFields))
    )
    drift: Drift = setting("fail", "what a departure from an observed fact does", values.choice(*get_args(Drift)))
    in_flight: int = setting(8, "cases under way at once; 1: one after the other", values.whole(0, 64))
    connect_timeout: float = setting(5, "seconds for a connection", values.seconds)
    first_byte_timeout: float = setting(10, "seconds for the first byte, and between two", values.seconds)
    answer_timeout: float = setting(20, "seconds for a whole answer", values.seconds)
    run_timeout: float = setting(
        7200, "seconds for the whole run; what is not run by then is not tried", values.seconds
    )
    state_timeout: float = setting(600, "seconds to wait for a task's state on a live target", values.seconds)
    max_answer: int = setting(1_000_000, "bytes of an answer, after decompression", values.whole(0))
    ca_file: Path | None = setting(None, "CA certificates to trust instead of the public ones", values.path)
    client_cert: Path | None = setting(None, "client certificate", values.path)
    client_key: Path | None = setting(None, "key of the client certificate", values.path)
    proxy: str | None = setting(None, "proxy to go through; variables of the environment are not used", values.proxy)
    allow_http: bool = setting(False, "allow plain http to another host than this one", values.yes_or_no)

    @property
    def known_release(self) -> str:
        """The release whose calls are used where the target has not been asked for its own."""
        return ASSUMED if self.release == AUTO else self.release

    @property
    def language(self) -> str:
        """The language of what people are told."""
        return chosen(self.lang)

    @property
    def loopback(self) -> bool:
        """Whether the base URL is on this machine."""
        return is_loopback(self.base_url or "")

    def on_stand_in(self) -> "Settings":
        """Return them as they are for the stand-in: what is said of somebody's Zadig, tokens first, is not for it."""
        nothing: dict[str, Any] = dict.fromkeys(OF_A_TARGET)
        return replace(self, **nothing)

    def secret(self, name: str) -> str | None:
        """Return the secret setting `name` in the clear, the token from its file where that is set.

        Raises SettingsError where the file cannot be used.
        """
        value: Secret | None = getattr(self, name)
        if name == "token" and self.token_file is not None:
            try:
                return read(self.token_file)
            except InputError as error:
                raise SettingsError(about(label("token_file"), error.message)) from None
        return value.reveal() if value is not None else None

    def to_json(self) -> dict[str, Any]:
        """Return them as they stand in verdict.json, without any secret."""
        shown = {name: getattr(self, name) for name in SETTINGS}
        return {name: str(value) if isinstance(value, Path | Secret) else value for name, value in shown.items()}


SETTINGS: Mapping[str, Field[Any]] = MappingProxyType({each.name: each for each in fields(Settings)})
"""Each setting by its name, in the order of the tables."""


def is_secret(each: Field[Any]) -> bool:
    """Whether a setting is a secret, and so has no option: options show in process lists."""
    return bool(each.metadata["reads"] is values.secret)


def option(name: str) -> str:
    """Return the option of a setting."""
    return "--" + name.replace("_", "-")


def label(name: str) -> Message:
    """Return how a setting is named to people: with its option, where it has one, and its variable."""
    variable = f"{PREFIX}{name.upper()}"
    names = variable if is_secret(SETTINGS[name]) else f"{option(name)}, {variable}"
    return msg("setting {name} ({names})", name, names)


def load(options: Mapping[str, Any]) -> Settings:
    """Return the settings, from `options` (None: not given), the environment, zadig.toml and the defaults.

    Raises SettingsError with one line; it never shows a secret's value.
    """
    given = {name: value for name, value in options.items() if value is not None}
    variables = {name: os.environ[key] for name in SETTINGS if (key := PREFIX + name.upper()) in os.environ}
    settings = Settings(**{name: _read(name, value) for name, value in (_file() | variables | given).items()})
    _together(settings)
    for name, each in SETTINGS.items():
        if is_secret(each):  # from here on no sink shows it
            register.add(settings.secret(name))
    return settings


def _file() -> dict[str, Any]:
    try:
        found = toml.read(Path(FILE))
    except FileNotFoundError:
        return {}
    except toml.NotTomlError as error:
        raise SettingsError("{file} is not TOML: {why}", FILE, error) from None
    except UnicodeDecodeError:
        raise SettingsError("{file} is not TOML: it is not UTF-8", FILE) from None
    except OSError as error:
        raise SettingsError("{file} cannot be read: {why}", FILE, of_system(error.strerror)) from None
    for name in found.keys() - SETTINGS.keys():
        import difflib  # seldom needed, and long to load

        near = difflib.get_close_matches(name, SETTINGS, n=1)
        unknown = msg("unknown setting {name}", repr(name))
        if near:
            unknown = msg("unknown setting {name}; did you mean {near}?", repr(name), repr(near[0]))
        raise SettingsError(about(FILE, unknown))
    return found


def _read(name: str, value: Any) -> Any:
    try:
        return SETTINGS[name].metadata["reads"](value)
    except InputError as error:
        raise SettingsError(about(label(name), error.message)) from None


def _together(settings: Settings) -> None:
    """Raise SettingsError where settings do not go together."""
    if settings.token is not None and settings.token_file is not None:
        raise SettingsError("{setting} and {other} are both set; keep one of them", label("token"), label("token_file"))
    if settings.client_key is not None and settings.client_cert is None:
        raise SettingsError("{setting} is set without {other}; set both", label("client_key"), label("client_cert"))
    for name in ("ca_file", "client_cert", "client_key"):
        path: Path | None = getattr(settings, name)
        if path is not None and not path.is_file():
            raise SettingsError(about(label(name), "no such file: {path}", path))
    plain = urlsplit(settings.base_url or "").scheme == "http"
    if plain and not settings.allow_http and not settings.loopback:
        unsafe = msg(
            "is plain http to another host, so the token could be read on the way; use https, or add --allow-http"
        )
        raise SettingsError(about(label("base_url"), unsafe))
