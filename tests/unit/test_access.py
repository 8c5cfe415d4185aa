"""Use cases at the door, with fakes."""

import pytest

from darkroom.access import usecases
from darkroom.access.model import Session
from darkroom.access.ports import Door
from darkroom.errors import Conflict, Invalid, TooManyTries, Unauthenticated
from darkroom.events import SessionEnded
from darkroom.ids import AccountId, uuid7
from darkroom.principal import Principal
from tests.fakes import FakeAccessTokens, FakePasswords, FakeRefreshTokens, FakeThrottle, FakeUnitOfWork

PASSWORD = "correct horse battery"


class Entrance:
    """The use cases with everything they need."""

    def __init__(self) -> None:
        self.unit_of_work = FakeUnitOfWork()
        self.passwords = FakePasswords()
        self.refresh_tokens = FakeRefreshTokens()
        self.throttle = FakeThrottle()

    def ports(self) -> Door:
        return Door(
            unit_of_work=self.unit_of_work,
            passwords=self.passwords,
            access_tokens=FakeAccessTokens(),
            refresh_tokens=self.refresh_tokens,
            throttle=self.throttle,
        )

    @property
    def sessions_told_to_end(self) -> list[AccountId]:
        told = self.unit_of_work.store.events.told
        return [event.account_id for _, event in told if isinstance(event, SessionEnded)]

    def register(self, email: str = "ada@example.com", password: str = PASSWORD) -> Session:
        return usecases.register(self.ports(), email=email, password=password, address="192.0.2.1")

    def log_in(self, email: str = "ada@example.com", password: str = PASSWORD, address: str = "192.0.2.1") -> Session:
        return usecases.log_in(self.ports(), email=email, password=password, address=address)

    def refresh(self, token: str) -> Session:
        return usecases.refresh(self.ports(), refresh_token=token)


@pytest.fixture
def door() -> Entrance:
    return Entrance()


def test_registering_signs_in(door: Entrance) -> None:
    session = door.register(" Ada@Example.com ")

    assert session.account.email == "ada@example.com"
    assert session.access_token == f"access-{session.account.id}-session-1"
    assert session.expires_in == 900
    assert door.refresh(session.refresh_token).account == session.account


def test_an_email_address_registers_once_however_it_is_written(door: Entrance) -> None:
    door.register("ada@example.com")

    with pytest.raises(Conflict, match="sign in instead"):
        door.register("ADA@example.com")


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "a da@example.com",
        "ada@example",
        f"{'a' * 250}@b.cd",
        "ada\u202e@example.com",
    ],
)
def test_what_is_no_email_address_is_told_beside_its_field(door: Entrance, email: str) -> None:
    with pytest.raises(Invalid) as refusal:
        door.register(email)

    assert list(refusal.value.fields) == ["email"]


@pytest.mark.parametrize("password", ["", "seven77", "x" * 257, "null\x00null"])
def test_a_password_that_will_not_do_is_told_beside_its_field(door: Entrance, password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        door.register(password=password)

    assert list(refusal.value.fields) == ["password"]


def test_the_password_opens_the_account(door: Entrance) -> None:
    registered = door.register()

    assert door.log_in("ADA@example.com").account == registered.account


def test_an_unknown_email_is_refused_in_the_same_words_after_the_same_comparison(door: Entrance) -> None:
    """REQUIREMENTS 23: the same time and words for an unknown e-mail."""
    door.register()

    with pytest.raises(Unauthenticated) as wrong:
        door.log_in(password="wrong password")
    compared = door.passwords.compared
    with pytest.raises(Unauthenticated) as unknown:
        door.log_in("bob@example.com")

    assert wrong.value.detail == unknown.value.detail
    assert door.passwords.compared == compared + 1


def test_a_dated_hash_is_made_anew_when_its_owner_signs_in(door: Entrance) -> None:
    """REQUIREMENTS 23: rehash on login when parameters rise."""
    account = door.register().account
    door.passwords = FakePasswords(today=2)

    door.log_in()

    kept = door.unit_of_work.store.accounts.get(account.id)
    assert kept
    assert kept.password_hash == f"2:{PASSWORD}"


def test_guessing_at_one_account_is_stopped_wherever_it_comes_from(door: Entrance) -> None:
    """REQUIREMENTS 18: login cannot be brute-forced."""
    door.register()
    for guess in range(usecases.TRIES_PER_ACCOUNT):
        with pytest.raises(Unauthenticated):
            door.log_in(password=f"guess {guess}", address=f"192.0.2.{guess}")

    with pytest.raises(TooManyTries):
        door.log_in(address="198.51.100.7")


def test_guessing_from_one_address_is_stopped_whoever_is_guessed_at(door: Entrance) -> None:
    """REQUIREMENTS 18."""
    for guess in range(usecases.TRIES_PER_ADDRESS):
        with pytest.raises(Unauthenticated):
            door.log_in(f"somebody{guess}@example.com")

    with pytest.raises(TooManyTries):
        door.log_in("somebody.else@example.com")


def test_the_right_password_clears_earlier_slips(door: Entrance) -> None:
    door.register()
    for _ in range(3):
        for guess in range(usecases.TRIES_PER_ACCOUNT - 1):
            with pytest.raises(Unauthenticated):
                door.log_in(password=f"slip {guess}")
        door.log_in()


def test_signing_out_ends_the_session(door: Entrance) -> None:
    session = door.register()

    usecases.log_out(door.ports(), refresh_token=session.refresh_token)

    with pytest.raises(Unauthenticated):
        door.refresh(session.refresh_token)
    assert door.sessions_told_to_end == [session.account.id]


def test_a_refresh_token_that_comes_twice_closes_what_its_session_opened(door: Entrance) -> None:
    session = door.register()
    door.refresh(session.refresh_token)

    with pytest.raises(Unauthenticated):
        door.refresh(session.refresh_token)

    assert door.sessions_told_to_end == [session.account.id]


def test_signing_out_everywhere_ends_every_session_and_closes_what_they_opened(door: Entrance) -> None:
    phone = door.register()
    laptop = door.log_in()

    usecases.log_out_everywhere(door.ports(), caller=Principal(phone.account.id))

    for session in (phone, laptop):
        with pytest.raises(Unauthenticated):
            door.refresh(session.refresh_token)
    ((_, told),) = door.unit_of_work.store.events.told
    assert isinstance(told, SessionEnded)
    assert (told.account_id, told.session_id) == (phone.account.id, None)
    assert door.log_in().account == phone.account


def test_an_account_that_is_gone_is_nobody(door: Entrance) -> None:
    with door.unit_of_work() as store, pytest.raises(Unauthenticated):
        usecases.who_am_i(store, caller=Principal(AccountId(uuid7())))
