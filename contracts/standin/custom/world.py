"""What all calls on custom workflows share, and one request past the login."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from contracts.standin.agents import Agents
from contracts.standin.bodies import int64
from contracts.standin.custom.rights import User
from contracts.standin.custom.store import Store
from contracts.standin.defects import Defect, Version
from contracts.standin.errors import DeniedError


@dataclass
class Licences:
    """The licence that is in force: one for all, and another for keys that have their own.

    So a test can have its licence while others run beside it.
    """

    everywhere: str
    of_key: dict[str, str] = field(default_factory=dict)

    def of(self, key: str) -> str:
        """Return the licence that a workflow is checked by."""
        return self.of_key.get(key, self.everywhere)


@dataclass(frozen=True)
class World:
    """One server: its release, its defects, what it holds, and its licence."""

    version: Version
    defects: frozenset[Defect]
    store: Store
    licences: Licences

    @classmethod
    def empty(
        cls,
        version: Version,
        defects: frozenset[Defect],
        time_source: Callable[[], float],
        licence: str,
        agents: Agents | None = None,
    ) -> "World":
        """Return a server of a release with nothing in it."""
        store = Store(time_source, Defect.OLD_TASK_WINS in defects, Defect.RUNNING_COMES_BACK in defects, agents)
        return cls(version, defects, store, Licences(licence))

    def has(self, first: Version) -> bool:
        """Whether the release has what came with `first`."""
        return self.version >= first


@dataclass(frozen=True)
class Call:
    """One request past the login.

    params: the parts of its path by name. query: the first value of each key.
    """

    params: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    user: User

    @property
    def key(self) -> str:
        """The key of the workflow that the path names."""
        return self.params["key"]

    def bound_int(self, name: str, default: str = "") -> int:
        """Return an integer of the query, 0 where it is empty; DeniedError (400) where the framework refuses it."""
        text = self.query.get(name, default)
        number = int64(text) if text else 0
        if number is None:
            raise DeniedError(400)
        return number


Act = Callable[[World, Call], object]


@dataclass(frozen=True)
class Route:
    """A method, a path and what to do, in the releases from `first` on.

    below_prefix: whether the path stands below /api/aslan, or /api at the service's own port; else it is whole.
    """

    method: str
    path: str
    act: Act
    first: Version = (0,)
    below_prefix: bool = False
