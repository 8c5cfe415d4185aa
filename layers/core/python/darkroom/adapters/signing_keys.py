"""The keys that access tokens are signed with: two at a time in Secrets Manager, so that they can be rotated.

A new key is published as soon as the auth function reads it and signs from two minutes later, when each of its
execution environments has. The one before stays published until the next rotation: rotate at most once in the life of
an access token (15 minutes), or tokens signed by the dropped key end early.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from darkroom.ids import uuid7

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

ALGORITHM = "ES256"
KEPT = 2

Publish = Callable[[Sequence[Mapping[str, Any]]], object]

_GOOD_FOR_SECONDS = 60
_SIGNS_AFTER_SECONDS = 2 * _GOOD_FOR_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A P-256 key pair; `kid` names it, `made_at` is in Unix seconds."""

    kid: str
    private_pem: str
    made_at: int

    def public_jwk(self) -> dict[str, Any]:
        """Return the public half as RFC 7517 has it."""
        private = serialization.load_pem_private_key(self.private_pem.encode(), password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise TypeError(f"The signing key {self.kid} is not on an elliptic curve.")
        jwk: dict[str, Any] = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
        return {**jwk, "kid": self.kid, "use": "sig", "alg": ALGORITHM}


class SigningKeys:
    """The keys in a secret, read again every minute so that a rotation is noticed, and published before they sign."""

    def __init__(self, secrets: "SecretsManagerClient", secret_name: str, *, publish: Publish) -> None:
        self._secrets = secrets
        self._name = secret_name
        self._publish = publish
        self._keys: list[SigningKey] = []
        self._read_at = float("-inf")
        self._turn = Lock()

    def signer(self) -> SigningKey:
        """Return the key that signs: the newest that everybody can have read by now."""
        keys = self._all()
        known = [key for key in keys if key.made_at + _SIGNS_AFTER_SECONDS <= time.time()]
        return (known or keys[-1:])[0]

    def jwks(self) -> dict[str, Any]:
        """Return what is published at `/.well-known/jwks.json`."""
        return {"keys": [key.public_jwk() for key in self._all()]}

    def _all(self) -> list[SigningKey]:
        with self._turn:
            if time.monotonic() - self._read_at > _GOOD_FOR_SECONDS:
                keys = _read(self._secrets, self._name)
                self._publish([key.public_jwk() for key in keys])
                self._keys = keys
                self._read_at = time.monotonic()
            return self._keys


def ensure(secrets: "SecretsManagerClient", secret_name: str) -> None:
    """Make the secret with its first key, if there is none yet."""
    try:
        secrets.create_secret(Name=secret_name, SecretString=_write([_new_key()]))
    except secrets.exceptions.ResourceExistsException:
        return


def rotate(secrets: "SecretsManagerClient", secret_name: str) -> SigningKey:
    """Put a new key in front and keep the one before it; return the new one."""
    key = _new_key()
    kept = [key, *_read(secrets, secret_name)][:KEPT]
    secrets.put_secret_value(SecretId=secret_name, SecretString=_write(kept))
    return key


def _read(secrets: "SecretsManagerClient", secret_name: str) -> list[SigningKey]:
    stored = json.loads(secrets.get_secret_value(SecretId=secret_name)["SecretString"])
    return [SigningKey(**key) for key in stored["keys"]]


def _write(keys: list[SigningKey]) -> str:
    return json.dumps({"keys": [asdict(key) for key in keys]})


def _new_key() -> SigningKey:
    private = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SigningKey(kid=str(uuid7()), private_pem=private.decode(), made_at=int(time.time()))
