"""Who may do what: the handlers of custom workflows look at roles, and only in the project that a request names."""

from collections.abc import Mapping

from contracts.standin.auth import ADMIN, MEMBER, OUTSIDER, VIEWER
from contracts.standin.errors import DeniedError
from contracts.standin.seed import OTHER_PROJECT, PROJECT, VM_PROJECT
from contracts.text.frozen import dataclass

CREATE, EDIT, EXECUTE = "workflow.create", "workflow.edit", "workflow.execute"
EVERYTHING = frozenset({CREATE, EDIT, EXECUTE})
PROJECT_ADMIN, NOBODY = "project-admin", "nobody"
"""Users whom only these calls know: one who may do everything in a project, one without any role."""
GRANTS: Mapping[str, Mapping[str, frozenset[str]]] = {
    PROJECT_ADMIN: {PROJECT: EVERYTHING, VM_PROJECT: EVERYTHING},
    MEMBER: {PROJECT: EVERYTHING, VM_PROJECT: EVERYTHING},
    OUTSIDER: {OTHER_PROJECT: EVERYTHING},
}
"""User to project to rights. A system administrator may do everything, a viewer nothing of it; neither is listed."""

VERBS: Mapping[str, str] = {CREATE: "create_workflow", EDIT: "edit_workflow", EXECUTE: "run_workflow"}
"""Each right as the user service calls it."""


@dataclass(frozen=True)
class User:
    """Whoever sends a request. `admin`: a system administrator, and whoever comes past the gateway without a token."""

    name: str
    admin: bool

    def may(self, right: str, project: str) -> bool:
        """Whether the user has a right in a project."""
        return self.admin or right in GRANTS.get(self.name, {}).get(project, ())

    def need(self, right: str, project: str) -> None:
        """Raise DeniedError (403) unless the user has a right in a project."""
        if not self.may(right, project):
            raise DeniedError(403)

    def verbs(self, project: str) -> list[str]:
        """Return the user's rights in a project as the user service names them; a member of any kind may look."""
        held = [verb for right, verb in VERBS.items() if self.may(right, project)]
        return ["get_workflow", *held] if held or (self.name, project) == (VIEWER, PROJECT) else []


def known(name: str) -> User:
    """Return the user of a token."""
    return User(name, name == ADMIN)


SYSTEM = User("system", admin=True)
"""Whoever reaches the service's own port without a token that can be read."""
