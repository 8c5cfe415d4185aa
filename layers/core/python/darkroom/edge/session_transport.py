"""How a refresh token travels: in the JSON body, or for the web app in a cookie that no script can read."""

from datetime import timedelta

from chalice.app import Response

from darkroom.access.model import Session
from darkroom.edge.http import Api, ok
from darkroom.edge.wire.auth import RefreshRequest, session_view
from darkroom.edge.wire.common import Nothing
from darkroom.errors import Malformed

HEADER = "Session-Transport"
COOKIE = "darkroom_refresh"


class SessionTransport:
    """Where this request's refresh token is, and where the answer's goes: the header `Session-Transport` says it.

    The header is also what guards the cookie. No page of another origin can send it, because a preflight does not allow
    it, and without it the cookie is not looked at. The cookie is `Secure` unless the web app's address is plain http.
    """

    def __init__(self, app: Api, *, web_url: str, lifetime: timedelta) -> None:
        self._app = app
        self._attributes = "HttpOnly; SameSite=Strict; Path=/v1/auth"
        if not web_url.startswith("http://"):
            self._attributes += "; Secure"
        self._seconds = int(lifetime.total_seconds())

    def refresh_token(self) -> str:
        """Read the refresh token; a cookie that is not there is an empty one, which nobody was given."""
        if not self._by_cookie:
            return self._app.body(RefreshRequest).refresh_token
        self._app.body(Nothing)
        return self._app.cookie(COOKIE) or ""

    def answer(self, session: Session, *, status: int = 200) -> Response:
        """Answer with a session."""
        by_cookie = self._by_cookie
        if by_cookie:
            self._app.set_cookie(f"{COOKIE}={session.refresh_token}; Max-Age={self._seconds}; {self._attributes}")
        return ok(session_view(session, by_cookie=by_cookie), status=status)

    def forget(self) -> None:
        """Have the browser drop its cookie, whatever this request is answered."""
        if self._by_cookie:
            self._app.set_cookie(f"{COOKIE}=; Max-Age=0; {self._attributes}")

    @property
    def _by_cookie(self) -> bool:
        wanted = self._app.request.headers.get(HEADER)
        if wanted not in {None, "cookie"}:
            raise Malformed(f"The header {HEADER} says `cookie` or is left out: correct it.")
        return wanted is not None
