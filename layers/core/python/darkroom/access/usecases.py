"""What people do at the door: register, sign in, stay signed in, sign out."""

from datetime import timedelta

from darkroom.access.model import Account, RefreshToken, Session, TokenReused, check_password, clean_email
from darkroom.access.ports import AccountStore, Door
from darkroom.errors import Unauthenticated
from darkroom.events import SessionEnded
from darkroom.ids import AccountId, uuid7
from darkroom.principal import Principal

WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 100


def register(door: Door, *, email: str, password: str, address: str) -> Session:
    """Open an account and sign in. A taken e-mail address is a `Conflict`."""
    email = clean_email(email)
    check_password(password)
    door.throttle.count(f"register/{address}", limit=TRIES_PER_ADDRESS, window=WINDOW)
    password_hash = door.passwords.hash(password)
    with door.unit_of_work() as store:
        account = Account(id=AccountId(uuid7()), email=email, created_at=store.now, password_hash=password_hash)
        store.accounts.add(account)
    return _session(door, account, door.refresh_tokens.start_family(account.id))


def log_in(door: Door, *, email: str, password: str, address: str) -> Session:
    """Sign in with a password. An unknown e-mail takes the same time and gets the same words as a wrong password."""
    email = email.strip().lower()
    door.throttle.count(f"login/address/{address}", limit=TRIES_PER_ADDRESS, window=WINDOW)
    door.throttle.count(f"login/account/{email}", limit=TRIES_PER_ACCOUNT, window=WINDOW)
    with door.unit_of_work() as store:
        account = store.accounts.with_email(email)
    if not door.passwords.matches(password, account.password_hash if account else None) or account is None:
        raise Unauthenticated("The e-mail address or the password is wrong: check both and try again.")
    door.throttle.forget(f"login/account/{email}", window=WINDOW)
    if door.passwords.is_dated(account.password_hash):
        with door.unit_of_work() as store:
            store.accounts.set_password_hash(account.id, door.passwords.hash(password))
    return _session(door, account, door.refresh_tokens.start_family(account.id))


def refresh(door: Door, *, refresh_token: str) -> Session:
    """Trade a refresh token for a new pair. One that was used before ends every session it led to."""
    try:
        with door.unit_of_work() as store:  # they answer before the token is spent, or it could not be sent again
            held = door.refresh_tokens.rotate(refresh_token)
            account = who_am_i(store, caller=Principal(held.account_id, held.session_id))
    except TokenReused as reuse:
        _tell_of_the_end(door, reuse.held)
        raise
    return _session(door, account, held)


def log_out(door: Door, *, refresh_token: str) -> None:
    """End the session a refresh token belongs to, and close its sockets; doing so twice is fine."""
    if held := door.refresh_tokens.revoke(refresh_token):
        _tell_of_the_end(door, held)


def log_out_everywhere(door: Door, *, caller: Principal) -> None:
    """End every session of the caller's account, this one too, and close their sockets; doing so twice is fine.

    Access tokens that are out already stay good until their time is over.
    """
    with door.unit_of_work() as store:
        account = who_am_i(store, caller=caller)
    door.refresh_tokens.revoke_all(account.id)
    with door.unit_of_work() as store:
        store.events.append(SessionEnded(account_id=account.id, session_id=None))


def who_am_i(store: AccountStore, *, caller: Principal) -> Account:
    """Return the caller's own account."""
    account = store.accounts.get(caller.account_id)
    if account is None:
        raise Unauthenticated("This account no longer exists: register again.")
    return account


def _tell_of_the_end(door: Door, held: RefreshToken) -> None:
    with door.unit_of_work() as store:
        store.events.append(SessionEnded(account_id=held.account_id, session_id=held.session_id))


def _session(door: Door, account: Account, held: RefreshToken) -> Session:
    return Session(
        account=account,
        access_token=door.access_tokens.sign(account.id, session_id=held.session_id),
        expires_in=int(door.access_tokens.lifetime.total_seconds()),
        refresh_token=held.token,
    )
