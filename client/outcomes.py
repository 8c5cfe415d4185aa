"""What became of a photo, and of all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from client import words
from client.api import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of one photo's way: its image as it last was, or the `problem` that ended it, or both."""

    path: Path
    name: str
    bytes: int
    seconds: float
    image: Answer | None = None
    problem: str | None = None

    @property
    def status(self) -> str:
        """Return the image's status, or `failed`."""
        return "failed" if self.problem or self.image is None else str(self.image["status"])

    @property
    def is_good(self) -> bool:
        """Tell whether nothing went wrong; unwaited for, an image may still be on its way."""
        return self.status not in {"failed", "refused"}

    @property
    def reason(self) -> str:
        """Say why it went wrong, or what was left out of a ready one."""
        return self.problem or words.plain(str((self.image or {}).get("reason") or ""))

    @property
    def full_size(self) -> Answer | None:
        """Return the largest WebP of a ready image."""
        variants = (self.image or {}).get("variants") or []
        return max(variants, key=lambda variant: variant["width"], default=None)


def summary(outcomes: Sequence[Outcome], seconds: float) -> str:
    """Say in one line how many became what, how much smaller they are, and how long it took."""
    counts = [(status, sum(outcome.status == status for outcome in outcomes)) for status in _STATUSES]
    told = [", ".join(f"{number} {_STATUSES[status]}" for status, number in counts if number) or "nothing done"]
    pairs = [(outcome.bytes, outcome.full_size["bytes"]) for outcome in outcomes if outcome.full_size]
    if pairs:
        before, after = (sum(column) for column in zip(*pairs, strict=True))
        told.append(f"{words.size(before)} → {words.size(after)} WebP")
    return " · ".join([*told, words.duration(seconds)])


_STATUSES = {
    "ready": "ready",
    "processing": "developing",
    "awaiting": "on the way",
    "refused": "refused",
    "failed": "failed",
}
