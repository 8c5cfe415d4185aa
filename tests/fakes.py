"""Stand-ins for the world, held to the same contract tests as the real adapters (tests/contract)."""

import hashlib
import itertools
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta

from darkroom.access.model import Account, RefreshToken, TokenReused
from darkroom.errors import Conflict, NotFound, TooManyTries, Unauthenticated, Unavailable
from darkroom.events import Event, ImageChanged, Message
from darkroom.ids import AccountId, EventId, ImageId
from darkroom.images.model import (
    PART_BYTES,
    Development,
    Image,
    ImageChange,
    Multipart,
    Part,
    PostForm,
    Rendition,
    Status,
    Undevelopable,
)
from darkroom.images.object_keys import private_folder, public_folder
from darkroom.paging import Cursor
from tests.builders import NOON


class FakeAccounts:
    """Accounts in a dictionary."""

    def __init__(self) -> None:
        self._by_id: dict[AccountId, Account] = {}

    def add(self, account: Account) -> None:
        if self.with_email(account.email):
            raise Conflict("This e-mail address already has an account: sign in instead.")
        self._by_id[account.id] = account

    def get(self, account_id: AccountId) -> Account | None:
        return self._by_id.get(account_id)

    def with_email(self, email: str) -> Account | None:
        return next((account for account in self._by_id.values() if account.email == email), None)

    def set_password_hash(self, account_id: AccountId, password_hash: str) -> None:
        self._by_id[account_id] = replace(self._by_id[account_id], password_hash=password_hash)


class FakeImages:
    """Images in a dictionary."""

    def __init__(self) -> None:
        self._by_id: dict[ImageId, Image] = {}

    def add(self, image: Image) -> None:
        self._by_id[image.id] = image

    def get(self, image_id: ImageId) -> Image | None:
        image = self._by_id.get(image_id)
        return image if image and image.deleted_at is None else None

    def get_many(self, image_ids: Sequence[ImageId]) -> Sequence[Image]:
        return [image for image in self._by_id.values() if image.id in image_ids and image.deleted_at is None]

    def lock(self, image_id: ImageId) -> Image | None:
        return self.get(image_id)

    def lock_even_deleted(self, image_id: ImageId) -> Image | None:
        return self._by_id.get(image_id)

    def save(self, image: Image) -> None:
        self._by_id[image.id] = image

    def remove(self, image_id: ImageId) -> None:
        del self._by_id[image_id]

    def newest_of(self, owner_id: AccountId) -> Image | None:
        return next(iter(self.of_owner(owner_id, after=None, limit=1)), None)

    def of_owner(self, owner_id: AccountId, *, after: Cursor | None, limit: int) -> Sequence[Image]:
        mine = [image for image in self._by_id.values() if image.owner_id == owner_id and image.deleted_at is None]
        mine.sort(key=lambda image: (image.uploaded_at, image.id), reverse=True)
        return [image for image in mine if after is None or (image.uploaded_at, image.id) < (after.at, after.id)][
            :limit
        ]

    def lock_overdue(self, *, expired_before: datetime, limit: int) -> Sequence[Image]:
        overdue = [
            image
            for image in self._by_id.values()
            if image.status is Status.AWAITING and image.expires_at < expired_before
        ]
        return sorted(overdue, key=lambda image: (image.expires_at, image.id))[:limit]

    def lock_stalled(self, *, since_before: datetime, requeued_before: datetime, limit: int) -> Sequence[Image]:
        stalled = [
            image
            for image in self._by_id.values()
            if image.status is Status.PROCESSING
            and image.processing_since is not None
            and image.processing_since < since_before
            and (image.requeued_at is None or image.requeued_at < requeued_before)
        ]
        return sorted(stalled, key=lambda image: (image.processing_since or NOON, image.id))[:limit]

    def deleted(self, *, before: datetime, limit: int) -> Sequence[ImageId]:
        deleted = [(image.deleted_at, image.id) for image in self._by_id.values() if image.deleted_at]
        return [image_id for deleted_at, image_id in sorted(deleted) if deleted_at < before][:limit]

    def untidy(self, *, before: datetime, limit: int) -> Sequence[ImageId]:
        settled = {Status.READY, Status.REFUSED}
        untidy = [
            (image.tidy_after, image.id)
            for image in self._by_id.values()
            if image.tidy_after and image.status in settled
        ]
        return [image_id for tidy_after, image_id in sorted(untidy) if tidy_after < before][:limit]


class FakeEvents:
    """The outbox as a list."""

    def __init__(self, store: "FakeStore") -> None:
        self._store = store
        self.told: list[tuple[datetime, Event]] = []
        self.handed_on: dict[EventId, datetime] = {}

    def append(self, event: Event) -> None:
        self.told.append((self._store.now, event))

    def forget(self, *, handed_on_before: datetime, limit: int) -> int:
        old = sorted((at, event_id) for event_id, at in self.handed_on.items() if at < handed_on_before)
        forgotten = {event_id for _, event_id in old[:limit]}
        self.told = [(at, event) for at, event in self.told if event.id not in forgotten]
        for event_id in forgotten:
            del self.handed_on[event_id]
        return len(forgotten)


class FakeChanges:
    """What became of images, read from the outbox."""

    def __init__(self, events: FakeEvents) -> None:
        self._events = events

    def latest_of(self, image_id: ImageId) -> ImageChange | None:
        return next((change for change in reversed(self.all()) if change.image_id == image_id), None)

    def of_image(self, image_id: ImageId, *, since: datetime, limit: int) -> Sequence[ImageChange]:
        return [change for change in self.all() if change.image_id == image_id and change.happened_at >= since][:limit]

    def of_owner(self, owner_id: AccountId, *, since: datetime, limit: int) -> Sequence[ImageChange]:
        return [change for change in self.all() if change.owner_id == owner_id and change.happened_at >= since][:limit]

    def all(self) -> list[ImageChange]:
        return [
            ImageChange(
                id=event.id,
                image_id=event.image_id,
                owner_id=event.owner_id,
                status=Status(event.status),
                happened_at=happened_at,
            )
            for happened_at, event in self._events.told
            if isinstance(event, ImageChanged)
        ]


class FakeStore:
    """A unit of work's repositories, in memory."""

    def __init__(self) -> None:
        self.now = NOON
        self.accounts = FakeAccounts()
        self.images = FakeImages()
        self.events = FakeEvents(self)
        self.changes = FakeChanges(self.events)


class FakeUnitOfWork:
    """Units of work on one store; one that raises leaves no trace."""

    def __init__(self) -> None:
        self.store = FakeStore()

    @contextmanager
    def __call__(self) -> Iterator[FakeStore]:
        before = deepcopy(self.store)
        try:
            yield self.store
        except BaseException:
            self.store = before
            raise


class FakeStorage:
    """Uploads, originals and media in dictionaries."""

    def __init__(self) -> None:
        self.uploads: dict[ImageId, bytes] = {}
        self.originals: dict[ImageId, tuple[bytes, str]] = {}
        self.media: dict[str, bytes] = {}
        self.parts_of: dict[str, dict[int, bytes]] = {}
        self._names = itertools.count(1)

    def post_form(self, image: Image) -> PostForm:
        return PostForm(url="http://s3.test", fields={"key": f"uploads/{image.id}"}, expires_at=NOON)

    def start_multipart(self, image_id: ImageId, content_type: str) -> str:
        del content_type
        name = f"{image_id}-{next(self._names)}"
        self.parts_of[name] = {}
        return name

    def parts(self, image: Image) -> Multipart:
        arrived = self.parts_of.get(image.multipart_id or "")
        if arrived is None:
            raise Conflict("Given up.")
        parts = tuple(
            Part(
                number=number,
                bytes=min(PART_BYTES, image.bytes - offset),
                url=f"http://s3.test/{image.id}/{number}",
                etag=_etag(arrived[number]) if number in arrived else None,
            )
            for number, offset in enumerate(range(0, image.bytes, PART_BYTES), start=1)
        )
        return Multipart(parts=parts, part_bytes=PART_BYTES, expires_at=NOON)

    def complete_multipart(self, image: Image, etags: Sequence[tuple[int, str]]) -> None:
        arrived = self.parts_of.get(image.multipart_id or "")
        if arrived is None:
            if image.id in self.uploads:
                return
            raise Conflict("Given up.")
        if not etags or any(number not in arrived or _etag(arrived[number]) != etag for number, etag in etags):
            raise Conflict("Parts are missing.")
        self.uploads[image.id] = b"".join(arrived[number] for number, _ in sorted(etags))
        del self.parts_of[image.multipart_id or ""]

    def discard(self, image: Image) -> None:
        self.parts_of.pop(image.multipart_id or "", None)
        self.uploads.pop(image.id, None)

    def has_arrived(self, image_id: ImageId) -> bool:
        return image_id in self.uploads

    def fetch(self, image_id: ImageId, *, at_most: int) -> bytes | None:
        return self.uploads[image_id][: at_most + 1] if image_id in self.uploads else None

    def keep(self, image_id: ImageId, data: bytes, content_type: str) -> None:
        self.originals[image_id] = (data, content_type)

    def clear(self, image_id: ImageId) -> None:
        self.uploads.pop(image_id, None)

    def forget(self, image_id: ImageId) -> None:
        self.clear(image_id)
        self.originals.pop(image_id, None)

    def put(self, image: Image, data: bytes) -> None:
        self.uploads[image.id] = data

    def put_part(self, image: Image, number: int, data: bytes) -> str:
        if image.multipart_id not in self.parts_of:
            raise Conflict("Given up.")
        return self.send_part(image, number, data)

    def send_part(self, image: Image, number: int, data: bytes) -> str:
        """Do what a client does with a part's address."""
        self.parts_of[image.multipart_id or ""][number] = data
        return _etag(data)


class FakeMedia:
    """Served files in a dictionary."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, key: str, data: bytes) -> None:
        self.files[key] = data

    def copy(self, source: str, target: str) -> None:
        if source not in self.files:
            raise NotFound("Nothing is stored there.")
        self.files[target] = self.files[source]

    def keep_only(self, image_id: ImageId, keys: Collection[str]) -> None:
        folders = (public_folder(image_id), private_folder(image_id))
        self.files = {key: data for key, data in self.files.items() if key in keys or not key.startswith(folders)}


class FakeCdn:
    """Remembers what it was told to forget; it may be away."""

    def __init__(self) -> None:
        self.forgotten: list[ImageId] = []
        self.is_away = False

    def forget(self, image_id: ImageId) -> None:
        if self.is_away:
            raise Unavailable("The CDN cannot be reached.")
        self.forgotten.append(image_id)


class FakeDeveloper:
    """Develops anything into one tiny rendition, unless it was told to refuse."""

    def __init__(self, *, refuses_with: str | None = None, note: str | None = None) -> None:
        self._reason = refuses_with
        self._note = note

    def develop(self, original: bytes) -> Development:
        if self._reason:
            raise Undevelopable(self._reason)
        rendition = Rendition(width=4, height=3, data=hashlib.sha256(original).digest())
        return Development(
            width=4, height=3, content_type="image/png", thumbhash="hash", renditions=(rendition,), note=self._note
        )


class FakeQueue:
    """Remembers what was asked for."""

    def __init__(self) -> None:
        self.asked: list[ImageId] = []

    def requeue(self, image_ids: Sequence[ImageId]) -> None:
        self.asked.extend(image_ids)


class FakeEventsQueue:
    """Keeps what it took; `refused` are the ids it does not take, and it may be away."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.refused: set[EventId] = set()
        self.is_away = False

    def send(self, messages: Sequence[Message]) -> list[EventId]:
        if self.is_away:
            raise Unavailable("The events queue cannot be reached.")
        taken = [message for message in messages if message.id not in self.refused]
        self.taken += taken
        return [message.id for message in taken]


class FakePasswords:
    """Hashes that can be read; `today` is the strength new ones are made with."""

    def __init__(self, today: int = 1) -> None:
        self._today = today
        self.compared = 0

    def hash(self, password: str) -> str:
        return f"{self._today}:{password}"

    def matches(self, password: str, password_hash: str | None) -> bool:
        self.compared += 1
        return password_hash is not None and password_hash.partition(":")[2] == password

    def is_dated(self, password_hash: str) -> bool:
        return not password_hash.startswith(f"{self._today}:")


class FakeAccessTokens:
    """Tokens that say who they are for."""

    lifetime = timedelta(minutes=15)

    def sign(self, account_id: AccountId, *, session_id: str) -> str:
        return f"access-{account_id}-{session_id}"


class FakeRefreshTokens:
    """Families of tokens in dictionaries."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._family_of: dict[str, int] = {}
        self._account_of: dict[int, AccountId] = {}
        self._spent: set[str] = set()

    def start_family(self, account_id: AccountId) -> RefreshToken:
        family = next(self._numbers)
        self._account_of[family] = account_id
        return self._issue(family)

    def rotate(self, token: str) -> RefreshToken:
        family = self._family_of.get(token)
        if family not in self._account_of:
            raise Unauthenticated("Ended.")
        if token in self._spent:
            held = self._held(token)
            del self._account_of[family]
            raise TokenReused("Ended.", held=held)
        self._spent.add(token)
        return self._issue(family)

    def revoke(self, token: str) -> RefreshToken | None:
        if self._family_of.get(token, 0) not in self._account_of:
            return None
        held = self._held(token)
        del self._account_of[self._family_of[token]]
        return held

    def revoke_all(self, account_id: AccountId) -> None:
        self._account_of = {family: whose for family, whose in self._account_of.items() if whose != account_id}

    def _issue(self, family: int) -> RefreshToken:
        token = f"refresh-{next(self._numbers)}"
        self._family_of[token] = family
        return self._held(token)

    def _held(self, token: str) -> RefreshToken:
        family = self._family_of[token]
        return RefreshToken(token=token, account_id=self._account_of[family], session_id=f"session-{family}")


class FakeThrottle:
    """One window that never ends."""

    def __init__(self) -> None:
        self._tries: dict[str, int] = {}

    def count(self, key: str, *, limit: int, window: timedelta) -> None:
        self._tries[key] = self._tries.get(key, 0) + 1
        if self._tries[key] > limit:
            raise TooManyTries("Wait.", retry_after=int(window.total_seconds()))

    def forget(self, key: str, *, window: timedelta) -> None:
        del window
        self._tries.pop(key, None)


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'
