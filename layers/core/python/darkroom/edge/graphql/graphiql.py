"""GraphiQL, served by ourselves: a page, its files under names that change with their content, and nobody else's."""

import base64
import gzip
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chalice.app import Response

from darkroom.edge.http import Headers
from darkroom.errors import NotFound

_MODULES = "node_modules"
_FILES = {
    "graphiql.css": f"{_MODULES}/graphiql/graphiql.min.css",
    "start.css": "start.css",
    "react.js": f"{_MODULES}/react/umd/react.production.min.js",
    "react-dom.js": f"{_MODULES}/react-dom/umd/react-dom.production.min.js",
    "graphiql.js": f"{_MODULES}/graphiql/graphiql.min.js",
    "graphql-ws.js": f"{_MODULES}/graphql-ws/umd/graphql-ws.min.js",
    "start.js": "start.js",
}
"""What the page loads, in this order: a plain name, and where the file lies."""

_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_A_YEAR = "public, max-age=31536000, immutable"


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Darkroom: GraphiQL</title>
{links}
</head>
<body>
<main id="graphiql" data-sockets="{sockets}"><p>GraphiQL is starting. It needs JavaScript.</p></main>
</body>
</html>
"""
_PLAIN = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Darkroom: GraphQL</title></head>
<body><p>{sentence}</p></body>
</html>
"""
_MISSING = "GraphiQL is not installed here: run <code>make setup</code> and load this page again."
_OFF = (
    "The schema is not shown here: look at it in a local cloud, with <code>make up</code>. Send operations with POST."
)
_PLAIN_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Graphiql:
    """The page and its files, from the first of `folders` that has them all; `shown` says whether there is one."""

    def __init__(self, folders: Sequence[Path], *, sockets_url: str, shown: bool) -> None:
        self._folders = folders
        self._sockets_url = sockets_url
        self._shown = shown
        self._packed = cache(self._pack)

    def page(self) -> Response:
        """Return the page, or one that says why there is none."""
        if not self._shown:
            return _html(_PLAIN.format(sentence=_OFF), _PLAIN_POLICY)
        if not self._files:
            return _html(_PLAIN.format(sentence=_MISSING), _PLAIN_POLICY)
        links = "\n".join(_link(name) for name in self._files)
        return _html(_PAGE.format(links=links, sockets=escape(self._sockets_url)), self._policy())

    def asset(self, name: str) -> Response:
        """Return a file that the page loads."""
        if not self._shown or name not in self._files:
            raise NotFound("There is nothing at this address.")
        headers: Headers = {
            "Content-Type": _KINDS[Path(name).suffix],
            "Content-Encoding": "gzip",
            "Cache-Control": _A_YEAR,
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        return _Bytes(self._packed(name), headers)

    @cached_property
    def _files(self) -> Mapping[str, Path]:
        """Return where each file lies, under the name that it is served as."""
        for folder in self._folders:
            places = {name: folder / file for name, file in _FILES.items()}
            if all(place.exists() for place in places.values()):
                return {_named_by_content(name, place.read_bytes()): place for name, place in places.items()}
        return {}

    def _pack(self, name: str) -> bytes:
        return gzip.compress(self._files[name].read_bytes())

    def _policy(self) -> str:
        """Let the page run our files alone. Its editor writes style elements of its own, which nothing else can."""
        sockets = urlsplit(self._sockets_url)
        return (
            f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
            f"font-src data:; connect-src 'self' {sockets.scheme}://{sockets.netloc}; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors 'none'"
        )


class _Bytes(Response):
    """A body of bytes, which Chalice by itself sends only to clients that name its type in `Accept`."""

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:
        del binary_types
        answer: dict[str, Any] = super().to_dict()
        return answer | {"body": base64.b64encode(self.body).decode(), "isBase64Encoded": True}


def _named_by_content(name: str, content: bytes) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}{dot}{suffix}"


def _link(name: str) -> str:
    """Link a file relatively to the page, which is at `.../graphql` under whatever stage."""
    address = f"graphql/assets/{name}"
    if name.endswith(".css"):
        return f'<link rel="stylesheet" href="{address}">'
    return f'<script defer src="{address}"></script>'


def _html(text: str, policy: str) -> Response:
    headers: Headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept",
    }
    return Response(text, headers)
