"""Who is asking."""

from dataclasses import dataclass

from darkroom.ids import AccountId


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person; `session_id` names the sign-in, where it was one of ours."""

    account_id: AccountId
    session_id: str | None = None
