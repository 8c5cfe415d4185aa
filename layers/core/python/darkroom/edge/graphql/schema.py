"""The schema, code first: what can be asked, done and listened to."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry
from graphql import GraphQLSchema

from darkroom.access.usecases import who_am_i
from darkroom.edge.graphql.context import Info
from darkroom.edge.graphql.shapes import (
    Account,
    Image,
    ImageChange,
    ImageConnection,
    NewUpload,
    RequestedUpload,
    shape,
)
from darkroom.errors import Invalid
from darkroom.ids import ImageId, parse_id
from darkroom.images import following, uploading, viewing
from darkroom.images import model as images
from darkroom.images.following import Happening
from darkroom.paging import MOST_ON_A_PAGE, USUAL_ON_A_PAGE, parse_cursor

ImageIdArgument = Annotated[strawberry.ID, strawberry.argument(description="The id of an image.")]
First = Annotated[int, strawberry.argument(description=f"How many, from 1 to {MOST_ON_A_PAGE}.")]
AfterImage = Annotated[str | None, strawberry.argument(description="The cursor of the last image seen.")]
AfterChange = Annotated[str | None, strawberry.argument(description="The cursor of the last change seen.")]


@shape
class Query:
    """What can be asked."""

    @strawberry.field(description="The account that is signed in.")
    def me(self, info: Info) -> Account:
        """Return the caller's account."""
        caller = info.context.member
        with info.context.unit_of_work() as store:
            return Account.of(who_am_i(store, caller=caller))

    @strawberry.field(description="One image: one of mine, or anybody's that is ready and not private.")
    async def image(self, info: Info, id: ImageIdArgument) -> Image | None:  # noqa: A002 - it is named so in GraphQL
        """Return one image; those asked for at once are read at once."""
        return Image.of(await info.context.images.load(parse_id(ImageId, id)), info.context)

    @strawberry.field(description="The image that I asked for last.")
    def last_image(self, info: Info) -> Image | None:
        """Return the caller's newest image."""
        owner = info.context.member
        with info.context.unit_of_work() as store:
            return Image.of(viewing.last_image(store, owner=owner), info.context)

    @strawberry.field(description="My images, newest first, a page at a time.")
    def my_images(self, info: Info, first: First = USUAL_ON_A_PAGE, after: AfterImage = None) -> ImageConnection:
        """Return a page of the caller's images."""
        owner, limit, cursor = info.context.member, _page_size(first), parse_cursor(after)
        with info.context.unit_of_work() as store:
            return ImageConnection.of(viewing.my_images(store, owner=owner, after=cursor, limit=limit), info.context)


@shape
class Mutation:
    """What can be done."""

    @strawberry.mutation(description="Announce a file and get a place to upload it.")
    def request_upload(
        self,
        info: Info,
        input: Annotated[NewUpload, strawberry.argument(description="The file.")],  # noqa: A002
    ) -> RequestedUpload:
        """Announce a file; its row stands as soon as this field is resolved, whatever becomes of others."""
        owner = info.context.member
        with info.context.unit_of_work() as store:
            image, place = uploading.request_upload(
                store,
                info.context.uploads,
                owner=owner,
                file_name=input.file_name,
                content_type=input.content_type,
                size=input.bytes,
                checksum_sha256=input.checksum_sha256,
                visibility=images.Visibility[input.visibility.name],
                most=info.context.most_upload_bytes,
            )
        return RequestedUpload.of(image, place, info.context)


@shape
class Subscription:
    """What can be listened to, over the socket (graphql-transport-ws)."""

    # A resolver here yields what is known when listening begins; `subscribing` tells what happens later.

    @strawberry.subscription(
        description="What becomes of one image: its latest change at once, then each one as it happens."
    )
    async def image_changed(
        self,
        info: Info,
        id: ImageIdArgument,  # noqa: A002
    ) -> AsyncGenerator[ImageChange, None]:
        """Yield the latest change."""
        with info.context.unit_of_work() as store:
            change, image = following.latest_change(store, viewer=info.context.viewer, image_id=parse_id(ImageId, id))
        yield ImageChange.of(Happening(change=change, image=image), info.context)

    @strawberry.subscription(
        description="What becomes of my images as it happens; `after` a cursor first what was missed since then."
    )
    async def my_images_changed(self, info: Info, after: AfterChange = None) -> AsyncGenerator[ImageChange, None]:
        """Yield what happened after a cursor."""
        owner, cursor = info.context.member, parse_cursor(after)
        if cursor is None:
            return
        with info.context.unit_of_work() as store:
            changes = following.my_changes(store, owner=owner, after=cursor)
            missed = following.happenings(store, changes)
        for happening in missed:
            yield ImageChange.of(happening, info.context)


def _page_size(first: int) -> int:
    if not 1 <= first <= MOST_ON_A_PAGE:
        sentence = f"`first` must be a whole number from 1 to {MOST_ON_A_PAGE}."
        raise Invalid(sentence, {"first": [sentence]})
    return first


schema = strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription)
executable: GraphQLSchema = schema._schema  # noqa: SLF001 - Strawberry has no public name for what graphql-core runs
