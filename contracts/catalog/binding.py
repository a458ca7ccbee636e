"""The binding of an API: which call plays which role in a workflow's life, and where names stand in it."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, Final

from contracts.catalog.pointer import first, parts
from contracts.text.frozen import dataclass
from contracts.text.message import about
from contracts.text.releases import of_release
from contracts.text.toml import TomlTable

LIFE: Final = ("create", "update", "start", "cancel", "restart", "delete", "approve")
"""Roles that change a workflow or a task of it."""
ROLES: Final = (
    *LIFE,
    *("find", "list", "get-task", "list-tasks", "health"),
    *("projects", "environments", "services", "modules", "builds", "build", "registries", "rights"),
)
"""What a call can be for; the last ones find out what a target has."""
MAKES: Final = frozenset({"create", "update", "start", "restart"})
"""Roles after which there is more on the target than before."""
NAME, PROJECT, SCOPE = "{name}", "{project}", "{scope}"
"""The templates of what names a workflow, and its project."""
ENVIRONMENT, SERVICE = "{env}", "{service}"
"""The templates of what workflows of some APIs need besides."""
FILE: Final = "binding.toml"


@dataclass(frozen=True)
class Role:
    """What a call is for.

    call: the operation or support call that plays the role.
    absent: its answer that says "not there".
    at: where something stands in its answer, by its name here; of several pointers the first that is there.
    """

    name: str
    call: str
    absent: str = ""
    at: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def get(self, value: Any, place: str, default: Any = None) -> Any:
        """Return what stands at a place of an answer, or of an item of its list."""
        return first(value, self.at.get(place, ()), default)

    def list(self, value: Any, default: Any = None) -> Any:
        """Return the list that an answer has: what stands at `items`, or all of it."""
        return first(value, self.at.get("items", ("",)), default)

    def key(self, place: str) -> str:
        """Return the last key on the way to a place."""
        return parts(self.at[place][0])[-1]


@dataclass(frozen=True)
class Places:
    """What a call is sent.

    path, query, body: a template for each parameter or key; a key of the body that begins with / is a pointer.
    yaml: its body is read as YAML.
    """

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, str]
    yaml: bool = False

    @cached_property
    def pointed(self) -> Mapping[tuple[str, ...], str]:
        """The templates of the body's keys that are pointers, by their parts."""
        return {tuple(parts(key)): text for key, text in self.body.items() if key.startswith("/")}

    def over(self, below: "Places") -> "Places":
        """Return these places, and those of `below` that they do not name."""
        return Places(
            {**below.path, **self.path}, {**below.query, **self.query}, {**below.body, **self.body}, self.yaml
        )


@dataclass(frozen=True)
class Newer:
    """What tells that a server is of a later release: a key in the answer of a call, as a JSON path."""

    release: str
    call: str
    key: str


@dataclass(frozen=True)
class Binding:
    """Everything that is known of an API's calls and that no page says in a form that a program could read.

    roles: each role that a call plays.
    usual, calls: what is sent, in every call and in a single one.
    always: query parameters of every call about a workflow, documented or not.
    padded: the key of a create whose text may have any length.
    needed: the keys of a create that cases need as they usually are, to go on with the workflow.
    odd: a template of a name with all that names may have.
    rights: what the token's user must be allowed to do, as the role `rights` answers it.
    stored: where a key of a create stands in what is found, as a pointer; any other one under its own name. What no
    create is sent, such as who did it, stays as it is.
    workspace: what is the same on every target, and so neither set nor found out.
    prefixes, open_prefix, bare: what stands in front of paths, what of it asks for no token, and how paths begin that
    have nothing in front.
    code, description: the keys of an error.
    newer: what tells that a server is of a later release.
    """

    roles: Mapping[str, Role]
    usual: Places
    calls: Mapping[str, Places]
    always: tuple[str, ...]
    padded: str
    needed: tuple[str, ...]
    odd: str
    rights: tuple[str, ...]
    stored: Mapping[str, str]
    workspace: Mapping[str, str]
    prefixes: tuple[str, ...]
    open_prefix: str
    bare: tuple[str, ...]
    code: str
    description: str
    newer: Newer | None

    def places(self, call: str) -> Places:
        """Return what a call is sent."""
        return self.calls.get(call, self.usual)

    def plays(self, call: str) -> str:
        """Return the role of a call; empty where it has none."""
        return self._by_call.get(call, "")

    def sends(self, template: str) -> bool:
        """Whether any call is sent this template."""
        return any(self.keys(where, template) for where in ("path", "query", "body"))

    def keys(self, where: str, *templates: str) -> frozenset[str]:
        """Return the keys of path, query or body under which any call is sent one of these templates."""
        every = (self.usual, *self.calls.values())
        rows = [row for places in every for row in getattr(places, where).items()]
        return frozenset(key for key, template in rows if any(each in template for each in templates))

    @cached_property
    def _by_call(self) -> Mapping[str, str]:
        return {role.call: role.name for role in self.roles.values()}


def read_binding(data: Mapping[str, Any], lineage: Iterable[str], where: str, refusal: Any) -> Binding:
    """Return the binding of a release that builds on others; raises `refusal` for rows that do not hold together."""
    top = TomlTable(of_release(data, lineage), where, refusal)
    usual = _places(top)
    calls = {name: _places(row).over(usual) for name, row in top.tables("calls")}
    address, errors = top.below("address"), top.below("errors")
    newer = top.nested(top.anything("newer"), "newer", lambda row: Newer(*map(row.text, ("release", "call", "key"))))
    binding = Binding(
        roles={name: _role(name, row) for name, row in top.tables("roles")},
        usual=usual,
        calls=calls,
        always=top.texts("always"),
        padded=top.optional_text("padded") or "",
        needed=top.texts("needed"),
        odd=top.optional_text("odd") or NAME,
        rights=top.texts("rights"),
        stored={key: place for key, place in top.by_name(str, "stored").items() if place},
        workspace=top.by_name(str, "workspace"),
        prefixes=address.texts("prefixes"),
        open_prefix=address.optional_text("open") or "",
        bare=address.texts("bare"),
        code=errors.optional_text("code") or "",
        description=errors.optional_text("description") or "",
        newer=newer,
    )
    for table in (address, errors, top):
        table.done()
    return binding


def _places(row: TomlTable) -> Places:
    path, query, body = (row.by_name(str, key) for key in ("path", "query", "body"))
    return Places(path, query, body, bool(row.optional(bool, "yaml")))


def _role(name: str, row: TomlTable) -> Role:
    if name not in ROLES:
        raise row.refusal(about(row.where, "no such role; available: {roles}", ", ".join(ROLES)))
    call, absent = row.text("call"), row.optional_text("absent") or ""
    places = [key for key in row.data if key not in ("call", "absent")]
    at = {key: (value,) if isinstance(value := row.anything(key), str) else row.texts(key) for key in places}
    return Role(name, call, absent, at)
