"""What refresh tokens and throttles promise, in memory and in DynamoDB (moto) alike."""

import threading
import time
from datetime import timedelta
from typing import Any

import boto3
import pytest

from darkroom.access.model import TokenReused
from darkroom.adapters.dynamo import refresh_tokens, tables
from darkroom.adapters.dynamo.refresh_tokens import DynamoRefreshTokens
from darkroom.adapters.dynamo.throttle import DynamoThrottle
from darkroom.errors import TooManyTries, Unauthenticated
from darkroom.ids import AccountId, uuid7
from tests.deployed import Deployed
from tests.fakes import FakeRefreshTokens, FakeThrottle

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture(params=["fake", "dynamo"])
def tokens(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return FakeRefreshTokens()
    return DynamoRefreshTokens(request.getfixturevalue("deployed").names["RefreshTokensTable"])


@pytest.fixture(params=["fake", "dynamo"])
def throttle(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return FakeThrottle()
    return DynamoThrottle(request.getfixturevalue("deployed").names["ThrottlesTable"])


def test_a_refresh_token_leads_to_the_next_one(tokens: Any) -> None:
    account = AccountId(uuid7())
    first = tokens.start_family(account)

    second = tokens.rotate(first.token)
    third = tokens.rotate(second.token)

    assert second.account_id == third.account_id == account
    assert first.session_id == second.session_id == third.session_id
    assert len({first.token, second.token, third.token}) == 3


def test_a_refresh_token_used_twice_revokes_its_family(tokens: Any) -> None:
    """REQUIREMENTS 25."""
    first = tokens.start_family(AccountId(uuid7()))
    second = tokens.rotate(first.token)

    with pytest.raises(TokenReused) as reuse:
        tokens.rotate(first.token)

    assert reuse.value.held == first
    with pytest.raises(Unauthenticated):
        tokens.rotate(second.token)


def test_one_family_dies_alone(tokens: Any) -> None:
    account = AccountId(uuid7())
    stolen, other = tokens.start_family(account), tokens.start_family(account)
    tokens.rotate(stolen.token)

    with pytest.raises(Unauthenticated):
        tokens.rotate(stolen.token)

    assert tokens.rotate(other.token).session_id == other.session_id != stolen.session_id


def test_signing_out_revokes_the_family(tokens: Any) -> None:
    """REQUIREMENTS 25: logout revokes it."""
    first = tokens.start_family(AccountId(uuid7()))
    second = tokens.rotate(first.token)

    assert tokens.revoke(second.token) == second
    tokens.revoke(second.token)
    assert tokens.revoke("nobody's token") is None

    with pytest.raises(Unauthenticated):
        tokens.rotate(second.token)


def test_signing_out_everywhere_revokes_the_families_there_are_and_none_that_come(tokens: Any) -> None:
    account, other = AccountId(uuid7()), AccountId(uuid7())
    phone, laptop, others = tokens.start_family(account), tokens.start_family(account), tokens.start_family(other)
    laptop = tokens.rotate(laptop.token)

    tokens.revoke_all(account)
    between = tokens.start_family(account)
    tokens.revoke_all(account)
    after = tokens.start_family(account)

    for dead in (phone, laptop, between):
        with pytest.raises(Unauthenticated):
            tokens.rotate(dead.token)
    assert tokens.rotate(tokens.rotate(after.token).token).session_id == after.session_id
    assert tokens.rotate(others.token).session_id == others.session_id


def test_the_end_of_all_sessions_outlives_every_one_of_them(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = DynamoRefreshTokens(deployed.names["RefreshTokensTable"])
    account = AccountId(uuid7())
    before = tokens.start_family(account)
    tokens.revoke_all(account)
    after = tokens.start_family(account)

    for seconds in (refresh_tokens.LIFETIME.total_seconds() - 60, 2 * refresh_tokens.LIFETIME.total_seconds() - 120):
        later = int(time.time() + seconds)
        monkeypatch.setattr(refresh_tokens, "unix_now", lambda now=later: now)
        after = tokens.rotate(after.token)
        with pytest.raises(Unauthenticated):
            tokens.rotate(before.token)


def test_an_unknown_refresh_token_is_refused(tokens: Any) -> None:
    with pytest.raises(Unauthenticated):
        tokens.rotate("made up")


def test_of_many_uses_of_one_refresh_token_at_once_one_succeeds(deployed: Deployed) -> None:
    """REQUIREMENTS 25: fifty at once, exactly one success."""
    tokens = DynamoRefreshTokens(deployed.names["RefreshTokensTable"])
    token = tokens.start_family(AccountId(uuid7())).token
    successes: list[str] = []
    refusals: list[Unauthenticated] = []

    def use() -> None:
        try:
            successes.append(tokens.rotate(token).token)
        except Unauthenticated as refusal:
            refusals.append(refusal)

    threads = [threading.Thread(target=use) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(successes) == 1
    assert len(refusals) == 49


def test_a_refresh_token_past_its_time_is_refused_though_it_is_still_stored(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = DynamoRefreshTokens(deployed.names["RefreshTokensTable"])
    token = tokens.start_family(AccountId(uuid7())).token
    later = int(time.time() + refresh_tokens.LIFETIME.total_seconds() + 1)
    monkeypatch.setattr(refresh_tokens, "unix_now", lambda: later)

    with pytest.raises(Unauthenticated):
        tokens.rotate(token)


def test_a_refresh_token_is_stored_as_a_hash(deployed: Deployed) -> None:
    table = deployed.names["RefreshTokensTable"]
    token = DynamoRefreshTokens(table).start_family(AccountId(uuid7())).token

    stored = boto3.client("dynamodb").scan(TableName=table)["Items"]

    assert stored
    assert token not in str(stored)


def test_tries_above_the_limit_are_refused_with_the_seconds_left(throttle: Any) -> None:
    key = str(uuid7())
    for _ in range(3):
        throttle.count(key, limit=3, window=DAY)

    with pytest.raises(TooManyTries) as refusal:
        throttle.count(key, limit=3, window=DAY)

    assert 0 < refusal.value.retry_after <= DAY.total_seconds()


def test_keys_are_counted_apart_and_can_be_forgotten(throttle: Any) -> None:
    key, other = str(uuid7()), str(uuid7())
    throttle.count(key, limit=1, window=DAY)

    throttle.count(other, limit=1, window=DAY)
    throttle.forget(key, window=DAY)
    throttle.count(key, limit=1, window=DAY)

    with pytest.raises(TooManyTries):
        throttle.count(other, limit=1, window=DAY)


def test_a_window_ends(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    throttle = DynamoThrottle(deployed.names["ThrottlesTable"])
    key = str(uuid7())
    throttle.count(key, limit=1, window=MINUTE)
    later = tables.unix_now() + 60
    monkeypatch.setattr("darkroom.adapters.dynamo.throttle.unix_now", lambda: later)

    throttle.count(key, limit=1, window=MINUTE)
