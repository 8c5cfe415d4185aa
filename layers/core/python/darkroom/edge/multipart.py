"""Forms with files in them."""

from dataclasses import dataclass
from io import BytesIO

from multipart import MultipartError, MultipartParser, parse_options_header

from darkroom.errors import Invalid, Malformed

FIELD = "file"

_MOST_PARTS = 16


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as a form carried it."""

    name: str
    content_type: str
    data: bytes


def file_in(body: bytes, content_type: str) -> SentFile:
    """Return the field `file` of a `multipart/form-data` body."""
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    try:
        parser = MultipartParser(
            BytesIO(body), boundary, part_limit=_MOST_PARTS, memory_limit=len(body) + 1, spool_limit=len(body) + 1
        )
        part = parser.get(FIELD)
        sent = part and SentFile(part.filename or "", part.content_type.lower(), part.raw)
        for read in parser.parts():
            read.close()
    except (MultipartError, ValueError) as error:
        raise Malformed("The form cannot be read: check its boundary, or send the photo itself.") from error
    if sent is None:
        sentence = f"The form has no field `{FIELD}`: send the photo in it."
        raise Invalid(sentence, {FIELD: [sentence]})
    return sent
