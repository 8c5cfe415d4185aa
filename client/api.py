"""The HTTP conversation with Darkroom: tokens, patience, and refusals turned into sentences."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

import httpx

from client import words
from client.problems import Problem, Refused, SignedOut, Stopped, Unreachable
from client.session import Session, Sessions

Answer = Mapping[str, Any]
Headers = Mapping[str, str]

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
_TIMES = httpx.Timeout(35.0, connect=5.0, write=60.0, pool=None)
_TOLD_TO_WAIT = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_NOT_SIGNED_IN = "Nobody is signed in at {}: run `darkroom login`, or `darkroom register` for a new account."
_SESSION_ENDED = "Your session at {} has ended: run `darkroom login` and try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Darkroom at one address.

    A request is tried up to `tries` times; a wait that the server asks for is granted up to `longest_wait` seconds.
    `stop` ends every wait; `on_pause` hears how many seconds one takes.
    """

    address: str
    http: httpx.Client
    sessions: Sessions
    tries: int = 4
    longest_wait: float = 5.0
    stop: threading.Event = field(default_factory=threading.Event)
    on_pause: Callable[[float], None] = lambda _: None

    def persistent(self) -> "Api":
        """Return the same API, asked with more patience than somebody who waits for one answer has."""
        return replace(self, tries=9, longest_wait=120.0)

    def ask(self, method: str, path: str, *, json: object = None, params: Mapping[str, str] | None = None) -> Answer:
        """Send a request that may be sent again, as the person signed in; return what the answer says."""
        return _said(
            self.signed(
                lambda headers: self.http.request(
                    method, self.address + path, json=json, params=params, headers=headers
                )
            )
        )

    def ask_openly(self, path: str, json: object) -> Answer:
        """POST a request that needs nobody signed in and must not be sent twice."""
        return _said(self.patiently(lambda: self.http.post(self.address + path, json=json), repeatable=False))

    def signed(self, send: Callable[[Headers], httpx.Response], *, repeatable: bool = True) -> httpx.Response:
        """Send a request as the person signed in, with a new access token where the one we hold is over."""
        session = self._session()
        answer = self.patiently(lambda: send(_bearer(session)), repeatable=repeatable)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            renewed = self._renewed(session)
            answer = self.patiently(lambda: send(_bearer(renewed)), repeatable=repeatable)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            raise SignedOut(_SESSION_ENDED.format(self.address))
        return answer

    def patiently(self, send: Callable[[], httpx.Response], *, repeatable: bool = True) -> httpx.Response:
        """Send a request, and again after a pause where that may help and cannot do harm."""
        pause = _FIRST_PAUSE
        for tries_left in reversed(range(self.tries)):
            wait = pause
            try:
                answer = send()
            except httpx.TransportError as error:
                never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                if not tries_left or isinstance(error, httpx.LocalProtocolError) or not (repeatable or never_sent):
                    raise _unreachable(error) from error
            else:
                wait = max(wait, _retry_after(answer))
                if not tries_left or wait > self.longest_wait or not _may_pass(answer, repeatable=repeatable):
                    return answer
            self.on_pause(wait)
            self.pause(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)
        raise AssertionError("The last try returns or raises.")

    def pause(self, seconds: float) -> None:
        """Wait, unless it is time to stop."""
        if self.stop.wait(seconds):
            raise Stopped

    def _session(self) -> Session:
        session = self.sessions.load()
        if session is None:
            raise SignedOut(_NOT_SIGNED_IN.format(self.address))
        return session if session.is_fresh else self._renewed(session)

    def _renewed(self, session: Session) -> Session:
        renewed = self.sessions.renew(session.access_token, self._refresh)
        if renewed is None:
            raise SignedOut(_SESSION_ENDED.format(self.address))
        return renewed

    def _refresh(self, session: Session) -> Session | None:
        answer = self.patiently(
            lambda: self.http.post(self.address + "/v1/auth/refresh", json={"refresh_token": session.refresh_token}),
            repeatable=False,
        )
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            return None
        return Session.answered(_said(answer))


@contextmanager
def connected(address: str, *, jobs: int = 1) -> Iterator[Api]:
    """Open connections to the API at `address`, enough for `jobs` requests at a time."""
    with httpx.Client(
        timeout=_TIMES,
        limits=httpx.Limits(max_connections=jobs + 1, max_keepalive_connections=jobs + 1),
        mounts={"all://127.0.0.1": None, "all://localhost": None},  # no proxy on the way to this machine
        headers={"User-Agent": "darkroom-client"},
    ) as http:
        yield Api(address=address, http=http, sessions=Sessions(address))


def refusal(answer: httpx.Response) -> Problem:
    """Return the sentence in an answer that says no."""
    told = _document(answer)
    errors = told.get("errors")
    fields = errors.values() if isinstance(errors, dict) else ()
    sentences = [str(sentence) for found in fields for sentence in (found if isinstance(found, list) else [found])]
    detail = " ".join(dict.fromkeys(sentences)) or told.get("detail") or told.get("title")
    if not detail and answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        detail = f"Darkroom stumbled (status {answer.status_code}): try again; locally `make logs` tells why."
    sentence = words.plain(str(detail or f"{answer.url.host} answered {answer.status_code}: is it a Darkroom API?"))
    seconds = _retry_after(answer)
    if seconds:
        return Problem(f"{sentence} Try again in {words.duration(seconds)}.")
    return Refused(sentence) if answer.is_client_error else Problem(sentence)


def _said(answer: httpx.Response) -> Answer:
    if not answer.is_success:
        raise refusal(answer)
    if answer.status_code == HTTPStatus.NO_CONTENT:
        return {}
    told = _document(answer)
    if not told:
        raise Problem(f"What answers at {answer.url.host}:{answer.url.port} is not Darkroom: check --api.")
    return told


def _document(answer: httpx.Response) -> Answer:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _bearer(session: Session) -> Headers:
    return {"Authorization": f"Bearer {session.access_token}"}


def _may_pass(answer: httpx.Response, *, repeatable: bool) -> bool:
    if answer.status_code in _TOLD_TO_WAIT:
        return True
    return repeatable and answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR


def _retry_after(answer: httpx.Response) -> float:
    told = answer.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() and answer.status_code in _TOLD_TO_WAIT else 0.0


def _unreachable(error: httpx.TransportError) -> Unreachable:
    url = error.request.url
    where = f"{url.scheme}://{url.netloc.decode()}"
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Unreachable(f"Nothing answers at {where}: run `make up`, or name another address with --api.")
    return Unreachable(f"The connection to {where} broke: see that it runs (`make up`) and try the same command again.")
