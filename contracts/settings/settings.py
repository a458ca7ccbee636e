"""Every setting: its name, default and check. Order: option, environment, zadig.toml, default."""

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import Field, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from contracts.catalog.release import api_of, apis, releases
from contracts.i18n.locale import LANGUAGES, chosen
from contracts.profiles import Profile
from contracts.settings import parsers as values
from contracts.settings.certificates import unusable
from contracts.settings.names import is_ours, unknown
from contracts.settings.parsers import Address, Secret
from contracts.standin.defects import BEHAVIOURS, RELEASE_OF
from contracts.text import toml
from contracts.text.errors import InputError, of_system
from contracts.text.frozen import dataclass
from contracts.text.message import Message, about, msg
from contracts.text.redact import register
from contracts.text.tokens import read
from contracts.text.urls import is_loopback

PREFIX = "ZADIG_"
AUTO, ASSUMED = "auto", "1.7.0"
"""What is found out from the target, and the release whose calls are used until it has been asked."""
FILE = "zadig.toml"

OF_A_TARGET = (
    *("token", "token_file", "viewer_token", "outsider_token", "outsider_project", "expired_token"),
    *("project", "env_name", "service", "service_module", "repo", "branch", "failing_branch", "hanging_branch"),
    *("ca_file", "client_cert", "client_key", "proxy"),
)
"""Settings that are about one deployment."""
CREDENTIALS = ("token", "token_file", "viewer_token", "outsider_token", "expired_token", "client_cert", "client_key")
"""Settings by which a target knows who asks."""
NOT_IN_FILE = ("webhook", "webhook_file", "webhook_secret")
"""Settings that zadig.toml may not hold: they say where something is sent, and anybody may have put that file there."""
OPTION, ENVIRONMENT = "option", "environment"
"""Where a value may come from, besides FILE and the default."""
STAND_IN = msg("asks for a live Zadig, and {url} is a stand-in")
NOT_OUTSIDE = msg("the cases work in project {project} themselves")
OUTSIDE = msg("set --outsider-project (ZADIG_OUTSIDER_PROJECT) to the only project that the outsider is a member of")
UnknownFields = Literal["report", "fail", "ignore"]
Drift = Literal["fail", "warn"]
ReadableBy = Literal["owner", "group"]


class SettingsError(InputError):
    """A setting that cannot be used; one line says which, why and what to do."""


def setting(default: object, means: str, reads: values.Reader = values.text) -> Any:
    """Return a field with what there is to know of its setting: its meaning, and what reads a value of it."""
    return field(default=default, metadata={"means": means, "reads": reads})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of one run. A field `env_name` is the option --env-name and the variable ZADIG_ENV_NAME.

    What may not be shown hides itself: a Secret as a whole, an Address its user information; all else is plain.
    came_from: where each value that is no default comes from: OPTION, ENVIRONMENT or FILE.
    """

    base_url: str | None = setting(None, "address of the Zadig under test; default: the built-in stand-in", values.url)
    require_live: bool = setting(
        False, "no stand-in: without the address of a live Zadig, end with exit 4", values.yes_or_no
    )
    token: Secret | None = setting(None, "API token of a user with all permissions in the project", values.secret)
    token_file: Path | None = setting(None, "file that contains the token", values.path)
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
        AUTO,
        "release whose contract is tested; auto: detected from the routes of the target",
        values.one_of(msg("release"), releases(), also=(AUTO,)),
    )
    api: str | None = setting(
        None, "API whose calls are tested; default: that of the release", values.one_of(msg("API"), apis())
    )
    api_prefix: str = setting("/api/aslan", "path in front of every call; /api at aslan's own port", values.prefix)
    profile: Profile = setting("regression", "how much is run", values.choice(*get_args(Profile)))
    seed: int | None = setting(
        None, "seed of the exploration; default: a new one in each run of explore, 0 in others", values.whole(-1)
    )
    budget: str = setting(
        "6000", "budget of a run of explore: requests, seconds or both, as in 6000,600s", values.budget
    )
    behaviour: str = setting(
        "perfect",
        "behaviour of the stand-in: perfect, or a release with its defects",
        values.one_of(msg("behaviour"), BEHAVIOURS),
    )
    lang: str | None = setting(None, "language of all messages; default: that of the locale", values.choice(*LANGUAGES))
    readable_by: ReadableBy = setting(
        "owner", "who may read the files of a run, besides root", values.choice(*get_args(ReadableBy))
    )
    run_dir: Path | None = setting(None, "folder of the run; default: runs/<run id>", values.path)
    shard: str | None = setting(None, "I/N: run only shard I of N", values.part)
    cases: Path | None = setting(None, "file of a team's own cases, run beside those of the suite", values.path)
    deviations: str | None = setting(None, "file of further known deviations; none ignores all known deviations")
    unknown_fields: UnknownFields = setting(
        "report", "how undocumented response keys are treated", values.choice(*get_args(UnknownFields))
    )
    drift: Drift = setting("fail", "how drift from observed behaviour is treated", values.choice(*get_args(Drift)))
    max_p95: str | None = setting(
        None,
        "MS, or OPERATION=MS: limit of the 95th percentile of response times; separate several with commas",
        values.limits,
    )
    in_flight: int | str = setting(
        AUTO,
        "cases in flight at once in the whole run, however many workers; 1: one after the other; "
        "auto: as many as the target answers without slowing down, 4 to begin with and at most 32",
        values.whole_or(AUTO, 0, 64),
    )
    isolate: bool = setting(False, "no two cases share a workflow, as they do while they hold", values.yes_or_no)
    rate_limit: float | None = setting(None, "N/s: most requests per second", values.rate)
    wait: float | None = setting(
        None, "seconds to wait before the run for the target to respond properly", values.seconds
    )
    connect_timeout: float = setting(5, "seconds to establish a connection", values.seconds)
    first_byte_timeout: float = setting(10, "seconds until the first byte, and between two reads", values.seconds)
    answer_timeout: float = setting(20, "seconds for a complete response", values.seconds)
    run_timeout: float = setting(
        7200, "seconds for the whole run; what has not started by then is not run", values.seconds
    )
    state_timeout: float = setting(600, "seconds to wait for a task's state on a live target", values.seconds)
    max_answer: int = setting(1_000_000, "largest response in bytes, after decompression", values.whole(0))
    ca_file: Path | None = setting(None, "CA certificates to trust instead of the public ones", values.path)
    client_cert: Path | None = setting(None, "client certificate", values.path)
    client_key: Path | None = setting(None, "key of the client certificate", values.path)
    proxy: Address | None = setting(None, "proxy to use; proxy variables of the environment are ignored", values.proxy)
    allow_http: bool = setting(False, "allow plain http to hosts other than this one", values.yes_or_no)
    webhook: Secret | None = setting(None, "webhook address that notify sends to", values.webhook)
    webhook_file: Path | None = setting(None, "file that contains the webhook address", values.path)
    webhook_secret: Secret | None = setting(
        None, "secret that Feishu or DingTalk verify the signature with", values.key
    )
    came_from: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

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

    def shown(self, name: str) -> Any:
        """Return the value of a setting as anybody may see it: the one place that shows settings."""
        value = getattr(self, name)
        return str(value) if isinstance(value, Path | Secret) else value

    def to_json(self) -> dict[str, Any]:
        """Return them as they stand in verdict.json, without any secret."""
        return {name: self.shown(name) for name in SETTINGS}

    def source(self, name: str) -> str:
        """Return what set a setting, as people write it."""
        named = {OPTION: option(name), ENVIRONMENT: variable(name), FILE: FILE}
        return named.get(self.came_from.get(name, ""), msg("the default"))

    @property
    def from_file(self) -> list[str]:
        """What zadig.toml sets, as it stands there."""
        found = {name: self.shown(name) for name in SETTINGS if self.came_from.get(name) == FILE}
        return [f"{name} = {value}" for name, value in found.items() if value is not None]


SETTINGS: Mapping[str, Field[Any]] = MappingProxyType(
    {each.name: each for each in fields(Settings) if "means" in each.metadata}
)
"""Each setting by its name, in the order of the tables."""


def is_secret(each: Field[Any]) -> bool:
    """Whether a setting is a secret, and so has no option: options show in process lists."""
    return each.metadata["reads"] in (values.secret, values.webhook, values.key)


def option(name: str) -> str:
    """Return the option of a setting."""
    return "--" + name.replace("_", "-")


def variable(name: str) -> str:
    """Return the variable of a setting."""
    return PREFIX + name.upper()


def label(name: str) -> Message:
    """Return how a setting is named to people: with its option, where it has one, and its variable."""
    return msg("setting {name} ({names})", name, names(name))


def names(name: str) -> str:
    """Return how a setting is set: by its option, where it has one, and its variable."""
    return variable(name) if is_secret(SETTINGS[name]) else f"{option(name)}, {variable(name)}"


def load(options: Mapping[str, Any]) -> Settings:
    """Return the settings, from `options` (None: not given), the environment, zadig.toml and the defaults.

    Raises SettingsError with one line; it never shows a secret's value.
    """
    found = _found(options)
    settings = Settings(
        **{name: _read(name, value) for name, (_, value) in found.items()},
        came_from={name: place for name, (place, _) in found.items()},
    )
    _hide(getattr(settings, name) for name in SETTINGS)
    register.add(settings.secret("token"))
    _together(settings)
    _confirmed(settings)
    return settings


def one(name: str, given: Any = None, usual: Any = None) -> Any:
    """Return the value of one setting, whatever is wrong with the others.

    given: that of its option. usual: what it is where nothing sets it; None: its default.
    """
    found = _found({name: given})
    if name in found:
        return _read(name, found[name][1])
    return SETTINGS[name].default if usual is None else usual


def hide_environment() -> None:
    """Let no sink show what variables hide, also where one cannot be read: before anything shows what went wrong."""
    for name, each in SETTINGS.items():
        value = os.environ.get(variable(name), "")
        register.add(value if is_secret(each) else None)
        with contextlib.suppress(SettingsError):
            _hide([_read(name, value)])


def _hide(values: Iterable[Any]) -> None:
    for value in values:
        if isinstance(value, Secret):
            register.add(*value.hidden)


def _found(options: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    """Return by its name where each setting comes from that is set at all, and its value as it stands there."""
    given = {name: value for name, value in options.items() if value is not None}
    places = {FILE: _file(), ENVIRONMENT: _variables(), OPTION: given}
    return {name: (place, value) for place, values in places.items() for name, value in values.items()}


def _file() -> dict[str, Any]:
    try:
        found = toml.read(Path(FILE))
    except FileNotFoundError:
        return {}
    except toml.NotTomlError as error:
        raise SettingsError("{file} is not TOML: {why}", FILE, error.message) from None
    except OSError as error:
        raise SettingsError("{file} cannot be read: {why}", FILE, of_system(error.strerror)) from None
    for name in found.keys() - SETTINGS.keys():
        if isinstance(found[name], dict):
            table = "unknown setting {name}; a setting stands in no table: take out the line [{table}]"
            raise SettingsError(about(FILE, table, repr(name), name))
        raise SettingsError(about(FILE, unknown(name, SETTINGS, str)))
    for name in found.keys() & {*NOT_IN_FILE}:
        whose = "does not belong in {file}, which may come with somebody else's files; set {variable}"
        raise SettingsError(about(label(name), whose, FILE, variable(name)))
    return found


def _variables() -> dict[str, str]:
    known = {variable(name): name for name in SETTINGS}
    for name in os.environ:
        if is_ours(name) and name not in known:
            raise SettingsError(about(msg("the environment"), unknown(name, SETTINGS, variable)))
    return {name: os.environ[each] for each, name in known.items() if each in os.environ}


def _read(name: str, value: Any) -> Any:
    try:
        if isinstance(value, str) and not value.strip():
            raise InputError("is empty; give it a value, or remove it")
        return SETTINGS[name].metadata["reads"](value)
    except InputError as error:
        raise SettingsError(about(label(name), error.message)) from None


def _together(settings: Settings) -> None:
    """Raise SettingsError where settings do not go together."""
    if settings.require_live and settings.base_url is None:
        asked = msg("asks for a live Zadig, but no address of one is set; set {setting}", names("base_url"))
        raise SettingsError(about(label("require_live"), asked))
    if settings.token is not None and settings.token_file is not None:
        raise SettingsError("{setting} and {other} are both set; keep one of them", label("token"), label("token_file"))
    if settings.client_key is not None and settings.client_cert is None:
        raise SettingsError("{setting} is set without {other}; set both", label("client_key"), label("client_cert"))
    for name in ("cases", "deviations"):
        if (file := getattr(settings, name)) not in (None, "none"):
            _handed_in(name, Path(file))
    odd = unusable(settings.ca_file, settings.client_cert, settings.client_key)
    if odd is not None:
        raise SettingsError(about(label(odd[0]), odd[1]))
    if settings.api is not None and settings.release != AUTO and api_of(settings.release) != settings.api:
        theirs = "is {api}, but release {release} documents {other}; remove --api, or set another --release"
        raise SettingsError(about(label("api"), theirs, settings.api, settings.release, api_of(settings.release)))
    if settings.base_url is None and settings.behaviour != SETTINGS["behaviour"].default:
        _of_one_api(settings)
    if settings.project is not None and settings.project == settings.outsider_project:
        inside = NOT_OUTSIDE.put(settings.project)
        raise SettingsError(about(label("outsider_project"), "{finding}; {advice}", inside, OUTSIDE))
    plain = urlsplit(settings.base_url or "").scheme == "http"
    if plain and not settings.allow_http and not settings.loopback:
        unsafe = msg(
            "is plain http to another host, so the token could be read on the way; use https, or add --allow-http"
        )
        raise SettingsError(about(label("base_url"), unsafe))


def _handed_in(name: str, file: Path) -> None:
    """Raise SettingsError where a file of somebody's own is not there, or is no TOML."""
    try:
        toml.handed_in(file, SettingsError)
    except SettingsError as error:
        raise SettingsError(about(label(name), error.message)) from None


def _of_one_api(settings: Settings) -> None:
    """Raise SettingsError where the stand-in's behaviour has none of the calls that are tested."""
    own = api_of(RELEASE_OF[settings.behaviour])
    for name, api in (("release", settings.release != AUTO and api_of(settings.release)), ("api", settings.api)):
        if api and api != own:
            other = "is {behaviour}, which has the API {own}, but {setting} asks for {api}"
            raise SettingsError(about(label("behaviour"), other, settings.behaviour, own, option(name), api))


def _confirmed(settings: Settings) -> None:
    """Raise SettingsError where a credential from elsewhere would go where zadig.toml alone leads.

    Anybody may have put that file there. A proxy of an https target sees no more than its host, unless zadig.toml also
    says which certificates to trust.
    """
    foreign = next((name for name in CREDENTIALS if getattr(settings, name) and not _of_file(settings, name)), None)
    if settings.base_url is None or foreign is None:
        return
    reads = urlsplit(settings.base_url).scheme == "http" or settings.came_from.get("ca_file") == FILE
    for name in ("base_url", "proxy") if reads else ("base_url",):
        if settings.came_from.get(name) == FILE:
            unsure = (
                "is from {file} alone, but {credential} is not; to send it there, set {option} or {variable} as well"
            )
            raise SettingsError(about(label(name), unsure, FILE, label(foreign), option(name), variable(name)))


def _of_file(settings: Settings, name: str) -> bool:
    """Whether a setting is from zadig.toml; where it names a file, that one must lie in its folder or below."""
    value = getattr(settings, name)
    inside = not isinstance(value, Path) or value.resolve().is_relative_to(Path.cwd())
    return settings.came_from.get(name) == FILE and inside
