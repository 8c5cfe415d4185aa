"""Hearing of changes as they happen, over one socket; where there is none, whoever waits just looks again soon."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from client.api import Api
from client.problems import Problem

_SUBPROTOCOL = Subprotocol("graphql-transport-ws")
_CHANGES = "subscription { myImagesChanged { image { id } } }"
_CONNECT_SECONDS = 5.0
_LOOK_ANYWAY_SECONDS = 10.0  # a message may be lost where a connection dies without a word
_SLICE_SECONDS = 0.25
_HERE = frozenset({"localhost", "127.0.0.1"})


class Live:
    """What is heard of the images of the person signed in, for the threads that wait for one."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._heard_of: set[str] = set()
        self._is_open = False
        self._openings = 0

    def wait(self, api: Api, image_id: str, *, at_most: float) -> None:
        """Wait until something was heard of an image since the last wait for it, or it is time to look anyway.

        That is after `at_most` seconds without a socket, and after ten with one.
        """
        began, openings = time.monotonic(), self._openings
        with self._news:
            while image_id not in self._heard_of and openings == self._openings:
                left = began + (_LOOK_ANYWAY_SECONDS if self._is_open else at_most) - time.monotonic()
                if left <= 0:
                    return
                self._news.wait(min(left, _SLICE_SECONDS))
                api.pause(0)
            self._heard_of.discard(image_id)

    def follow(self, socket: ClientConnection) -> None:
        """Introduce ourselves, subscribe, and listen until the socket ends."""
        try:
            _send(socket, type="connection_init")
            for text in socket:
                self._hear(socket, json.loads(text))
        finally:
            self._is_open = False

    def _hear(self, socket: ClientConnection, message: Any) -> None:
        match message:
            case {"type": "connection_ack"}:
                _send(socket, type="subscribe", id="changes", payload={"query": _CHANGES})
                _send(socket, type="ping")  # it is answered once the subscription stands
            case {"type": "pong"}:
                with self._news:
                    self._is_open = True
                    self._openings += 1  # whoever waits looks once: what happened before now was not heard
                    self._news.notify_all()
            case {"type": "ping"}:
                _send(socket, type="pong")
            case {"type": "next", "payload": {"data": {"myImagesChanged": {"image": {"id": image_id}}}}}:
                with self._news:
                    self._heard_of.add(image_id)
                    self._news.notify_all()
            case {"type": "error" | "complete"}:
                socket.close()


@contextmanager
def listening(api: Api, address: str | None) -> Iterator[Live]:
    """Listen in a thread of its own while the block runs, if there is an address and a socket can be had."""
    live = Live()
    ended = threading.Event()
    sockets: list[ClientConnection] = []
    if address:
        arguments = (live, api, address, sockets.append, ended)
        threading.Thread(target=_listen, args=arguments, daemon=True).start()
    try:
        yield live
    finally:
        ended.set()
        for socket in sockets:
            socket.close()


def _listen(
    live: Live, api: Api, address: str, opened: Callable[[ClientConnection], None], ended: threading.Event
) -> None:
    """Follow one socket to its end. Waiting goes on without it, so nothing that goes wrong here is worth a word."""
    try:
        ticket = api.ask("POST", "/v1/sockets/tickets")["ticket"]
        socket = connect(
            f"{address}?ticket={quote(ticket)}",
            subprotocols=[_SUBPROTOCOL],
            open_timeout=_CONNECT_SECONDS,
            proxy=None if urlsplit(address).hostname in _HERE else True,
        )
    except (Problem, OSError, WebSocketException, ValueError):
        return
    with socket:
        opened(socket)
        if not ended.is_set():
            try:
                live.follow(socket)
            except (OSError, WebSocketException, ValueError):
                return


def _send(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message))
