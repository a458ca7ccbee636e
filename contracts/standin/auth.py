"""The gateway's authorization: who a token belongs to, and what each user may do in which project."""

import secrets
import time
from collections.abc import Iterable, Mapping

import jwt

from contracts.standin.errors import DeniedError
from contracts.standin.seed import OTHER_PROJECT, PROJECT

GET, CREATE, EDIT, RUN, DELETE = "get_workflow", "create_workflow", "edit_workflow", "run_workflow", "delete_workflow"
GET_SERVICE, GET_BUILD = "get_service", "get_build"
LOGIN = "any login"
"""Not a right: what the gateway has no rule for, it lets every known user do."""
READ_RIGHTS = frozenset({GET, GET_SERVICE, GET_BUILD})
ALL_RIGHTS = READ_RIGHTS | {CREATE, EDIT, RUN, DELETE}

ADMIN, MEMBER, VIEWER, OUTSIDER = "admin", "member", "viewer", "outsider"
GRANTS: Mapping[str, Mapping[str, frozenset[str]]] = {
    MEMBER: {PROJECT: ALL_RIGHTS},
    VIEWER: {PROJECT: READ_RIGHTS},
    OUTSIDER: {OTHER_PROJECT: ALL_RIGHTS},
}
"""User to project to rights. The system admin may do everything and is not listed."""

DAY, HOUR = 86_400, 3_600
_ALGORITHM = "HS256"


class TokenDesk:
    """Issues and reads the tokens of one stand-in, with a secret of its own."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._proven: dict[str, tuple[str, float]] = {}  # tokens that were read before: user, and when each expires

    def issue(self, user: str, seconds: int = DAY) -> str:
        """Return a token of `user` that expires in `seconds` from now; a negative number has expired already."""
        return jwt.encode({"uid": user, "exp": int(time.time()) + seconds}, self._secret, _ALGORITHM)

    def issue_all(self, others: Iterable[str] = ()) -> dict[str, str]:
        """Return a token of every user and of `others` by name, and `expired`: a member's, an hour too old."""
        tokens = {user: self.issue(user) for user in (ADMIN, *GRANTS, *others)}
        return tokens | {"expired": self.issue(MEMBER, -HOUR)}

    def user_of(self, authorization: str | None) -> str:
        """Return the user whom an Authorization header belongs to; DeniedError (401) if it proves nobody."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            raise DeniedError(401)
        user, expires = self._proven.get(token) or self._read(token)
        if expires <= time.time():
            raise DeniedError(401)
        return user

    def _read(self, token: str) -> tuple[str, float]:
        """Return the user of a token and when it expires; DeniedError (401) if it proves nobody."""
        try:
            claims = jwt.decode(token, self._secret, [_ALGORITHM], options={"require": ["uid", "exp"]})
        except jwt.InvalidTokenError:
            raise DeniedError(401) from None
        return self._proven.setdefault(token, (str(claims["uid"]), float(claims["exp"])))


def require(user: str, right: str, project: str) -> None:
    """Raise DeniedError (403) unless `user` has `right` on `project`; an empty project is for the admin only."""
    if user != ADMIN and right != LOGIN and right not in GRANTS.get(user, {}).get(project, ()):
        raise DeniedError(403)
