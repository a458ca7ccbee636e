"""Refuses each change of what this run did not make, before it goes out."""

from collections.abc import Iterable
from functools import cached_property

from contracts.catalog.binding import MAKES
from contracts.catalog.release import Release
from contracts.http.exchange import Exchange, Hears, Request
from contracts.safety.journal import Journal
from contracts.safety.request_names import HiddenError, Places, RequestNames, UnclearError
from contracts.text.errors import EndedError
from contracts.text.message import about

IN_ITS_PLACE = frozenset({408, 502, 503, 504})
"""What a gateway answers where Zadig's own answer did not come to it."""
PATIENCE = 60.0
"""Seconds after which a request without an answer is taken for over, where nobody says otherwise."""


class RefusedError(EndedError):
    """A request that may not go out: it would change what this run did not make, or could never be undone."""


class Guard:
    """Refuses each change that does not name what the journal holds, and journals what may make something.

    `projects` are those that the target has; `release` says what its calls change, and where names stand. What can
    never be removed again (an empty name, a name with a slash, a project that does not exist) is refused unless
    `stand_in`. `patience`: seconds, from its sending, in which a request whose answer never came may still be carried
    out.
    """

    def __init__(
        self,
        journal: Journal,
        projects: Iterable[str],
        release: Release,
        *,
        stand_in: bool,
        patience: float = PATIENCE,
    ) -> None:
        self._journal = journal
        self._release = release
        self._projects = frozenset(projects)
        self._stand_in = stand_in
        self._patience = patience

    def __call__(self, request: Request) -> Hears | None:
        """Raise RefusedError where `request` must not be sent; return what is to hear how it ended, if anything."""
        method = request.method.upper()  # as it goes out
        what = f"{method} {request.path}"
        try:
            found = self._places.names_in(request)
        except UnclearError as error:
            if self._stand_in and isinstance(error, HiddenError):
                return None  # there is nothing of anybody's
            raise RefusedError(about(what, error.message)) from None
        if self._creates(method, found):
            if self._lasting(found):
                if self._stand_in:
                    return None
                raise RefusedError(
                    "{request} could leave a workflow that can never be removed; it is sent to a stand-in only", what
                )
        elif not found.names and (found.whole or not found.of_all):
            raise RefusedError("{request} names nothing that this run created", what)
        for name in found.names:
            if name is None or not self._journal.holds(name.partition("/")[0]):  # no other run makes own/x either
                raise RefusedError("{request} names {name}, which this run did not create", what, repr(name))
        for project in found.projects:
            if not self._stand_in and not self._ours(project, found):
                raise RefusedError(
                    "{request} names the project {project}, where this run may change nothing", what, repr(project)
                )
        if not self._makes(method, found):
            return None
        own = {name.partition("/")[0] for name in found.names if name}
        noted = [self._journal.note(request, name, self._patience) for name in sorted(own)]

        def hears(exchange: Exchange) -> None:
            for sending in noted:
                self._journal.ended(sending, over=not self._may_go_on(exchange))

        return hears

    def _may_go_on(self, exchange: Exchange) -> bool:
        """Whether the server may still be at work on a request when its exchange is over.

        A stand-in does at once what it is asked for, so there it is only what a proxy may hold back.
        """
        if self._stand_in:
            return exchange.sent and exchange.failure is not None and exchange.failure.kind == "deadline"
        return exchange.sent and (exchange.failure is not None or exchange.status in IN_ITS_PLACE)

    def _makes(self, method: str, found: RequestNames) -> bool:
        """Whether there may be more on the target after a request than before, be it late."""
        roles = {self._release.binding.plays(call.name) for call in found.calls if call.method == method}
        return not roles.isdisjoint(MAKES) if roles else method != "DELETE"

    @cached_property
    def _places(self) -> Places:
        return Places(self._release)

    def _creates(self, method: str, found: RequestNames) -> bool:
        """Whether a request may make a workflow: one that creates, or one at no known path that could."""
        if self._release.lacks(["create"]):
            return False
        create = self._release.call("create")
        if create in found.calls:
            return method == create.method and (found.whole or not found.of_all)
        return method == create.method and found.whole and found.of_all and not found.calls

    def _lasting(self, found: RequestNames) -> bool:
        """Whether a create asks for what could never be removed."""
        names, projects = found.names, found.projects
        good = names and all(name and "/" not in name for name in names)
        return not (good and projects and self._projects.issuperset(projects))

    def _ours(self, project: str | None, found: RequestNames) -> bool:
        """Whether a project is one to work in, or one that cannot be there, as it has one of our own names in it."""
        return not project or project in self._projects or any(name in project for name in found.names if name)
