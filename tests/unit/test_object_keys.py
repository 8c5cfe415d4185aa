"""Where things lie."""

import pytest

from darkroom.ids import ImageId, uuid7
from darkroom.images.model import Rendition, Visibility
from darkroom.images.object_keys import moved_key, private_folder, public_folder, variant_key


@pytest.mark.parametrize("visibility", Visibility)
def test_what_is_private_lies_where_the_cdn_does_not_reach(visibility: Visibility) -> None:
    key = variant_key(ImageId(uuid7()), Rendition(width=4, height=3, data=b"a webp"), visibility)

    assert key.startswith("private/") == (visibility is Visibility.PRIVATE)


@pytest.mark.parametrize("visibility", Visibility)
@pytest.mark.parametrize("other", Visibility)
def test_a_moved_webp_lies_where_it_would_have_been_stored(visibility: Visibility, other: Visibility) -> None:
    image, rendition = ImageId(uuid7()), Rendition(width=4, height=3, data=b"a webp")

    moved = moved_key(variant_key(image, rendition, visibility), other)

    assert moved == variant_key(image, rendition, other)
    assert moved.startswith(private_folder(image) if other is Visibility.PRIVATE else public_folder(image))
