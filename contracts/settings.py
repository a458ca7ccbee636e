"""Every setting: its name, default and check. Order: option, environment, zadig.toml, default."""

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from contracts.address import address, is_loopback
from contracts.catalog import releases
from contracts.redact import register
from contracts.standin.behaviour import BEHAVIOURS
from contracts.token import clean, read

PREFIX = "ZADIG_"
AUTO, ASSUMED = "auto", "1.7.0"
"""The release setting that asks the target, and the release where the target cannot tell."""
FILE = "zadig.toml"

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


class SettingsError(ValueError):
    """A setting that cannot be used; one line says which, why and what to do."""


class Settings(BaseSettings):
    """All settings of one run. A field `env_name` is the option --env-name and the variable ZADIG_ENV_NAME."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file=FILE, extra="forbid", frozen=True)

    base_url: str | None = Field(None, description="address of the Zadig under test; left out: the stand-in")
    token: SecretStr | None = Field(None, description="API token of a user who may do everything in the project")
    token_file: Path | None = Field(None, description="file that holds the token")
    viewer_token: SecretStr | None = Field(None, description="token of a user who may only read in the project")
    outsider_token: SecretStr | None = Field(None, description="token of a member of another project only")
    outsider_project: str | None = Field(None, description="the project that the outsider is a member of")
    expired_token: SecretStr | None = Field(None, description="a token of a member that has expired")
    project: str | None = Field(None, description="project to work in")
    env_name: str | None = Field(None, description="environment of the project")
    service: str | None = Field(None, description="service of the project that has a build")
    service_module: str | None = Field(None, description="module of the service")
    repo: str | None = Field(None, description="repository of the module's build")
    branch: str | None = Field(None, description="branch whose build passes")
    failing_branch: str | None = Field(None, description="branch whose build fails; for the cases of a failed task")
    hanging_branch: str | None = Field(None, description="branch whose build times out; for the cases of a timeout")
    release: str = Field(
        ASSUMED, description="release whose contract is tested; auto: asked of the target where it can tell"
    )
    api_prefix: str = Field("/api/aslan", description="path in front of every call; /api at aslan's own port")
    profile: Literal["smoke", "regression", "nightly", "acceptance"] = Field(
        "regression", description="how much is run"
    )
    behaviour: str = Field("perfect", description="behaviour of the stand-in: perfect, or a release with its defects")
    run_dir: Path | None = Field(None, description="folder of the run; left out: runs/<run id>")
    shard: str | None = Field(None, description="I/N: run only part I of N of the cases")
    deviations: str | None = Field(None, description="file of further known deviations, or none to know of none")
    unknown_fields: Literal["report", "fail", "ignore"] = Field("report", description="keys that nobody documented")
    drift: Literal["fail", "warn"] = Field("fail", description="what a departure from an observed fact does")
    in_flight: int = Field(8, ge=1, le=64, description="cases under way at once; 1: one after the other")
    connect_timeout: Seconds = Field(5, description="seconds for a connection")
    first_byte_timeout: Seconds = Field(10, description="seconds for the first byte, and between two")
    answer_timeout: Seconds = Field(20, description="seconds for a whole answer")
    run_timeout: Seconds = Field(7200, description="seconds for the whole run; what is not run by then is not tried")
    state_timeout: Seconds = Field(600, description="seconds to wait for a task's state on a live target")
    max_answer: int = Field(1_000_000, gt=0, description="bytes of an answer, after decompression")
    ca_file: Path | None = Field(None, description="CA certificates to trust instead of the public ones")
    client_cert: Path | None = Field(None, description="client certificate")
    client_key: Path | None = Field(None, description="key of the client certificate")
    proxy: str | None = Field(None, description="proxy to go through; variables of the environment are not used")
    allow_http: bool = Field(False, description="allow plain http to another host than this one")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not a source here
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not a source here
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the sources in their order."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @field_validator("base_url")
    @classmethod
    def _whole_url(cls, value: str | None) -> str | None:
        if not value:
            return None
        advice = "write it like https://zadig.example.com"
        parts = address(value, advice)
        if "@" in parts.netloc:
            raise ValueError("has credentials in it; set ZADIG_TOKEN or ZADIG_TOKEN_FILE instead")
        if "?" in value or "#" in value:
            raise ValueError(f"has a query or a fragment; {advice}")
        return value.rstrip("/")

    @field_validator("proxy")
    @classmethod
    def _proxy(cls, value: str | None) -> str | None:
        if value:
            address(value, "write it like http://proxy.example.com:3128")
        return value or None

    @field_validator("behaviour")
    @classmethod
    def _behaviour(cls, value: str) -> str:
        if value not in BEHAVIOURS:
            raise ValueError(f"no behaviour {value!r}; there are {', '.join(BEHAVIOURS)}")
        return value

    @field_validator("release")
    @classmethod
    def _release(cls, value: str) -> str:
        if value not in (AUTO, *releases()):
            raise ValueError(f"no release {value!r}; there are {', '.join(releases())}, and {AUTO}")
        return value

    @field_validator("api_prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        if not value.startswith("/") or any(c.isspace() or c in "?#" for c in value):
            raise ValueError("is a path such as /api/aslan or /api")
        return value.rstrip("/")

    @field_validator("token", "viewer_token", "outsider_token", "expired_token")
    @classmethod
    def _header_safe(cls, value: SecretStr | None) -> SecretStr | None:
        return SecretStr(clean(value.get_secret_value())) if value is not None else None

    @field_validator("shard")
    @classmethod
    def _shard(cls, value: str | None) -> str | None:
        if value is not None:
            part, slash, whole = value.partition("/")
            if not (slash and part.isdecimal() and whole.isdecimal() and 1 <= int(part) <= int(whole)):
                raise ValueError("is I/N with I from 1 to N, such as 2/3")
        return value

    @model_validator(mode="after")
    def _together(self) -> "Settings":
        if self.token is not None and self.token_file is not None:
            raise ValueError(f"{named('token')} and {named('token_file')} are both set; keep one of them")
        if self.client_key is not None and self.client_cert is None:
            raise ValueError(f"{named('client_key')} is set without {named('client_cert')}; set both")
        for name in ("ca_file", "client_cert", "client_key"):
            path: Path | None = getattr(self, name)
            if path is not None and not path.is_file():
                raise ValueError(f"{named(name)}: no such file: {path}")
        if urlsplit(self.base_url or "").scheme == "http" and not self.allow_http and not self.loopback:
            raise ValueError(
                f"{named('base_url')}: is plain http to another host, so the token could be read on the way; "
                "use https, or add --allow-http"
            )
        return self

    @property
    def known_release(self) -> str:
        """The release whose calls are used where the target has not been asked for its own."""
        return ASSUMED if self.release == AUTO else self.release

    @property
    def loopback(self) -> bool:
        """Whether the base URL is on this machine."""
        return is_loopback(self.base_url or "")

    def secret(self, name: str) -> str | None:
        """Return the secret setting `name` in the clear, the token from its file where that is set.

        Raises SettingsError where the file cannot be used.
        """
        value: SecretStr | None = getattr(self, name)
        if name == "token" and self.token_file is not None:
            try:
                return read(self.token_file)
            except ValueError as error:
                raise SettingsError(f"{named('token_file')}: {error}") from None
        return value.get_secret_value() if value is not None else None


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting is a secret, and so has no option: options show in process lists."""
    return "SecretStr" in str(field.annotation)


def option(name: str) -> str:
    """Return the option of a setting."""
    return "--" + name.replace("_", "-")


def named(name: str) -> str:
    """Return how a setting is named to people: with its option, where it has one, and its variable."""
    variable = f"{PREFIX}{name.upper()}"
    return f"setting {name} ({variable if is_secret(Settings.model_fields[name]) else f'{option(name)}, {variable}'})"


def load(options: Mapping[str, Any]) -> Settings:
    """Return the settings, from `options` (None: not given), the environment, zadig.toml and the defaults.

    Raises SettingsError with one line; it never shows a secret's value.
    """
    try:
        settings = Settings(**{name: value for name, value in options.items() if value is not None})
        for name, field in Settings.model_fields.items():
            if is_secret(field):  # from here on no sink shows it
                register.add(settings.secret(name))
    except ValidationError as error:
        raise SettingsError(_line(error)) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{FILE} is not TOML: {error}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{FILE} is not TOML: it is not UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{FILE} cannot be read: {error.strerror}") from None
    return settings


def _line(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if not first["loc"]:
        return message
    name = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, Settings.model_fields, n=1)
        return f"{FILE}: unknown setting {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    return f"{named(name)}: {message}"
