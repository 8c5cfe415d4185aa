"""Who is asking."""

from dataclasses import dataclass

from darkroom.ids import AccountId


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person."""

    account_id: AccountId
