"""What resolvers work with: the world behind the use cases, and one request's caller and loaders."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import strawberry
from strawberry.dataloader import DataLoader

from darkroom.access.ports import AccountRepository
from darkroom.errors import NotFound, Unauthenticated
from darkroom.events import EventLog
from darkroom.ids import ImageId
from darkroom.images.model import MOST_BYTES, Image
from darkroom.images.ports import Addresses, ChangeLog, ImageRepository, Uploads
from darkroom.images.viewing import view_images
from darkroom.principal import Principal


class Store(Protocol):
    """The part of a unit of work that GraphQL uses."""

    @property
    def now(self) -> datetime:
        """The time of this unit of work, aware UTC."""

    @property
    def accounts(self) -> AccountRepository:
        """Everybody's account."""

    @property
    def images(self) -> ImageRepository:
        """Every image's row."""

    @property
    def changes(self) -> ChangeLog:
        """What became of images."""

    @property
    def events(self) -> EventLog:
        """What is published when this unit of work commits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What use cases need; `uploads` may be left out where nothing is changed, as over sockets."""

    unit_of_work: Callable[[], AbstractContextManager[Store]]
    addresses: Addresses
    uploads: Uploads | None = None
    most_upload_bytes: int = MOST_BYTES


class Context:
    """One operation of one caller.

    A unit of work is opened and left within one resolver, without an `await` in between: it is one connection, and
    every resolver of an operation takes its turn on it.
    """

    def __init__(self, world: World, viewer: Principal | None) -> None:
        self.viewer = viewer
        self.unit_of_work = world.unit_of_work
        self.addresses = world.addresses
        self.images: DataLoader[ImageId, Image] = DataLoader(load_fn=self._view_images)
        self.most_upload_bytes = world.most_upload_bytes
        self._uploads = world.uploads

    @property
    def member(self) -> Principal:
        """Who is calling; nobody raises `Unauthenticated`."""
        if self.viewer is None:
            raise Unauthenticated("Sign in first: this field needs an access token.")
        return self.viewer

    @property
    def uploads(self) -> Uploads:
        """Where originals arrive."""
        if self._uploads is None:
            raise RuntimeError("Nothing is changed from here, so no place for uploads was given.")
        return self._uploads

    async def _view_images(self, image_ids: list[ImageId]) -> Sequence[Image | NotFound]:
        with self.unit_of_work() as store:
            return view_images(store, viewer=self.viewer, image_ids=image_ids)


Info = strawberry.Info[Context, object]
