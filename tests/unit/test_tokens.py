"""Access tokens, signing keys and passwords: what a good one is, and every bad one."""

import base64
import hashlib
import hmac
import json
import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import boto3
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from moto import mock_aws

from darkroom.adapters import passwords, signing_keys, tokens
from darkroom.adapters.passwords import Argon2Passwords
from darkroom.adapters.signing_keys import SigningKeys
from darkroom.adapters.tokens import Issuer, JwtAccessTokens, JwtVerifier
from darkroom.errors import Unauthenticated, Unavailable
from darkroom.ids import AccountId, uuid7
from darkroom.principal import Principal

SECRET = "darkroom/signing-keys"
ACCOUNT = AccountId(uuid7())


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("secretsmanager")
        signing_keys.ensure(client, SECRET)
        yield SigningKeys(client, SECRET, publish=lambda _jwks: None)


@pytest.fixture
def signer(keys: SigningKeys) -> JwtAccessTokens:
    return JwtAccessTokens(keys, issuer="us", audience="darkroom")


@pytest.fixture
def verifier(keys: SigningKeys) -> JwtVerifier:
    return JwtVerifier([Issuer(issuer="us", audience="darkroom", jwks=keys.jwks)])


def forged(keys: SigningKeys, *, algorithm: str = "ES256", key: Any = None, **changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": "us", "aud": "darkroom", "sub": str(ACCOUNT), "iat": now, "nbf": now, "exp": now + 60} | changes
    stated = {name: value for name, value in claims.items() if value is not None}
    signer = keys.signer()
    return jwt.encode(stated, key or signer.private_pem, algorithm=algorithm, headers={"kid": signer.kid})


def test_a_token_says_who_sent_it(signer: JwtAccessTokens, verifier: JwtVerifier) -> None:
    principal = verifier.verify(f"Bearer {signer.sign(ACCOUNT, session_id='a-session')}")

    assert principal == Principal(ACCOUNT, "a-session")


def test_a_token_lives_fifteen_minutes_and_names_its_key(signer: JwtAccessTokens, keys: SigningKeys) -> None:
    token = signer.sign(ACCOUNT, session_id="a-session")
    claims = jwt.decode(token, options={"verify_signature": False})

    assert claims["exp"] - claims["iat"] == 900
    assert jwt.get_unverified_header(token)["kid"] == keys.jwks()["keys"][0]["kid"]
    assert jwt.get_unverified_header(token)["alg"] == "ES256"


def test_published_keys_hold_nothing_private(keys: SigningKeys) -> None:
    (key,) = keys.jwks()["keys"]

    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "them"},
        {"iss": None},
        {"aud": "others"},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"nbf": 4_000_000_000},
        {"sub": "nobody"},
        {"sub": None},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(
    keys: SigningKeys, verifier: JwtVerifier, changes: dict[str, Any]
) -> None:
    """REQUIREMENTS 24: iss/aud/exp/nbf."""
    with pytest.raises(Unauthenticated):
        verifier.verify(f"Bearer {forged(keys, **changes)}")


def test_the_forger_of_these_tests_can_make_a_good_one(keys: SigningKeys, verifier: JwtVerifier) -> None:
    assert verifier.verify(f"Bearer {forged(keys)}").account_id == ACCOUNT


def test_an_unsigned_token_is_refused(keys: SigningKeys, verifier: JwtVerifier) -> None:
    """REQUIREMENTS 24: `none` fails."""
    _, claims, _ = forged(keys).split(".")
    for algorithm in ("none", "None", "NONE"):
        header = {"alg": algorithm, "typ": "JWT", "kid": keys.signer().kid}
        unsigned = _base64(json.dumps(header).encode())

        with pytest.raises(Unauthenticated):
            verifier.verify(f"Bearer {unsigned}.{claims}.")


def test_a_public_key_is_no_shared_secret(keys: SigningKeys, verifier: JwtVerifier) -> None:
    """REQUIREMENTS 24: algorithm confusion fails: HS256 signed with what is published."""
    _, claims, _ = forged(keys).split(".")
    header = {"alg": "HS256", "typ": "JWT", "kid": keys.signer().kid}
    signed = f"{_base64(json.dumps(header).encode())}.{claims}"
    for published in (json.dumps(keys.jwks()["keys"][0]), _public_pem(keys)):
        signature = hmac.new(published.encode(), signed.encode(), hashlib.sha256).digest()

        with pytest.raises(Unauthenticated):
            verifier.verify(f"Bearer {signed}.{_base64(signature)}")


def test_another_kind_of_key_under_our_name_is_refused(keys: SigningKeys, verifier: JwtVerifier) -> None:
    """REQUIREMENTS 24: RS256 with a key of the attacker's."""
    theirs = rsa.generate_private_key(65537, 2048)
    pem = theirs.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    with pytest.raises(Unauthenticated):
        verifier.verify(f"Bearer {forged(keys, algorithm='RS256', key=pem)}")


def test_a_changed_token_is_refused(signer: JwtAccessTokens, verifier: JwtVerifier) -> None:
    header, claims, signature = signer.sign(ACCOUNT, session_id="a-session").split(".")

    for broken in (f"{header}.{claims}.{signature[::-1]}", f"{header}.{claims}", "x.y.z", "", "Ω"):
        with pytest.raises(Unauthenticated):
            verifier.verify(f"Bearer {broken}")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic YTpi", "bearer"])
def test_no_token_is_told_to_sign_in(verifier: JwtVerifier, header: str | None) -> None:
    with pytest.raises(Unauthenticated, match="Sign in"):
        verifier.verify(header)


def test_keys_rotate_with_overlap(
    keys: SigningKeys, signer: JwtAccessTokens, verifier: JwtVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REQUIREMENTS 24: the old key is trusted on, the new one is published before it signs."""
    before = signer.sign(ACCOUNT, session_id="a-session")
    verifier.verify(f"Bearer {before}")
    new = signing_keys.rotate(boto3.client("secretsmanager"), SECRET)

    _let_pass(monkeypatch, 61)
    assert len(keys.jwks()["keys"]) == 2
    assert keys.signer().kid != new.kid

    _let_pass(monkeypatch, 61 + 121)
    assert keys.signer().kid == new.kid
    assert verifier.verify(f"Bearer {signer.sign(ACCOUNT, session_id='a-session')}").account_id == ACCOUNT
    assert verifier.verify(f"Bearer {before}").account_id == ACCOUNT


def test_a_key_is_published_before_it_signs(keys: SigningKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[list[str]] = []
    client = boto3.client("secretsmanager")
    ours = SigningKeys(client, SECRET, publish=lambda jwks: published.append([jwk["kid"] for jwk in jwks]))
    old = ours.signer().kid
    _let_pass(monkeypatch, 61)
    ours.signer()
    new = signing_keys.rotate(client, SECRET).kid
    _let_pass(monkeypatch, 200)

    ours.signer()

    assert published == [[old], [old], [new, old]]
    assert keys.jwks() == ours.jwks()


def test_a_published_key_that_is_not_understood_does_not_spoil_the_others(
    keys: SigningKeys, signer: JwtAccessTokens
) -> None:
    published = {"keys": [{"kid": "strange", "kty": "future"}, {"kty": "EC"}, {}, *keys.jwks()["keys"]]}
    verifier = JwtVerifier([Issuer(issuer="us", audience="darkroom", jwks=lambda: published)])

    assert verifier.verify(f"Bearer {signer.sign(ACCOUNT, session_id='a-session')}").account_id == ACCOUNT


def test_an_issuer_elsewhere_is_asked_at_its_address(keys: SigningKeys, signer: JwtAccessTokens) -> None:
    address = f"data:application/json,{quote(json.dumps(keys.jwks()))}"
    trusted = [{"issuer": "us", "audience": "darkroom", "jwks_url": address}]

    verifier = JwtVerifier.from_json(json.dumps(trusted), our_keys=dict)

    assert verifier.verify(f"Bearer {signer.sign(ACCOUNT, session_id='a-session')}").account_id == ACCOUNT


def test_no_more_than_two_keys_are_kept(keys: SigningKeys) -> None:
    client = boto3.client("secretsmanager")
    last = [signing_keys.rotate(client, SECRET).kid for _ in range(3)][-2:]

    assert [key["kid"] for key in keys.jwks()["keys"]] == last[::-1]


def test_keys_that_cannot_be_fetched_are_our_fault_and_known_ones_stay_good(
    keys: SigningKeys, signer: JwtAccessTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Any] = [OSError(), keys.jwks(), OSError()]

    def fetch() -> Any:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    verifier = JwtVerifier([Issuer(issuer="us", audience="darkroom", jwks=fetch)])
    token = f"Bearer {signer.sign(ACCOUNT, session_id='a-session')}"

    with pytest.raises(Unavailable):
        verifier.verify(token)
    assert verifier.verify(token).account_id == ACCOUNT
    _let_pass(monkeypatch, 601)
    assert verifier.verify(token).account_id == ACCOUNT
    assert answers == []


def test_made_up_keys_do_not_make_us_ask_again_and_again(keys: SigningKeys) -> None:
    asked = []

    def fetch() -> Any:
        asked.append(1)
        return keys.jwks()

    verifier = JwtVerifier([Issuer(issuer="us", audience="darkroom", jwks=fetch)])
    for _ in range(20):
        token = jwt.encode({"iss": "us"}, "x" * 32, algorithm="HS256", headers={"kid": str(uuid7())})
        with pytest.raises(Unauthenticated):
            verifier.verify(f"Bearer {token}")

    assert len(asked) == 1


def test_passwords_are_hashed_with_argon2id_at_owasps_strength() -> None:
    """REQUIREMENTS 23: at least 19 MiB, t=2, p=1."""
    hashed = Argon2Passwords().hash("correct horse battery")

    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert Argon2Passwords().matches("correct horse battery", hashed)
    assert not Argon2Passwords().matches("wrong", hashed)
    assert not Argon2Passwords().matches("correct horse battery", None)
    assert not Argon2Passwords().matches("correct horse battery", "no hash at all")


def test_a_hash_of_lower_strength_is_dated() -> None:
    """REQUIREMENTS 23: parameters rise."""
    weaker = Argon2Passwords(memory_kib=passwords.MEMORY_KIB // 2).hash("correct horse battery")

    assert Argon2Passwords().is_dated(weaker)
    assert not Argon2Passwords().is_dated(Argon2Passwords().hash("correct horse battery"))


def _let_pass(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Move the clocks that decide about keys; the one that tokens are dated by goes on."""
    now, ticks = time.time() + seconds, time.monotonic() + seconds
    monkeypatch.setattr(signing_keys, "time", SimpleNamespace(time=lambda: now, monotonic=lambda: ticks))
    monkeypatch.setattr(tokens, "time", SimpleNamespace(time=time.time, monotonic=lambda: ticks))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _public_pem(keys: SigningKeys) -> str:
    private = serialization.load_pem_private_key(keys.signer().private_pem.encode(), password=None)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return public.decode()
