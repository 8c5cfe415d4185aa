"""Where things lie."""

import pytest

from darkroom.ids import ImageId, uuid7
from darkroom.images.model import Rendition, Visibility
from darkroom.images.object_keys import variant_key


@pytest.mark.parametrize("visibility", Visibility)
def test_what_is_private_lies_where_the_cdn_does_not_reach(visibility: Visibility) -> None:
    key = variant_key(ImageId(uuid7()), Rendition(width=4, height=3, data=b"a webp"), visibility)

    assert key.startswith("private/") == (visibility is Visibility.PRIVATE)
