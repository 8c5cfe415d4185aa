"""The container's health check, against a server that answers it in plaintext and over TLS."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from tests.deployed import ROOT

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@contextmanager
def _a_server(credentials: grpc.ServerCredentials | None = None, status: int = SERVING) -> Iterator[int]:
    with ThreadPoolExecutor(2) as threads:
        server = grpc.server(threads)
        servicer = health.HealthServicer()
        servicer.set("", status)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
        address = "127.0.0.1:0"
        port = server.add_secure_port(address, credentials) if credentials else server.add_insecure_port(address)
        server.start()
        yield port
        server.stop(None).wait()


def _probe(port: int, certificate: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "darkroom.edge.grpc.probe"],
        env={
            "PYTHONPATH": str(ROOT / "layers/core/python"),
            "PATH": os.environ["PATH"],
            "GRPC_PORT": str(port),
            **({"TLS_CERTIFICATE_FILE": str(certificate)} if certificate else {}),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for a host's name, signed by an authority that nobody knows, and its key."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _name("An authority")
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(_name("bridge"))
        .issuer_name(authority)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("bridge.example.com")]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    chain, private = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, private


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def test_a_bridge_that_serves_is_healthy() -> None:
    with _a_server() as port:
        asked = _probe(port)

    assert (asked.returncode, asked.stdout) == (0, "SERVING\n"), asked.stderr


def test_a_bridge_over_tls_is_healthy(certificate: tuple[Path, Path]) -> None:
    chain, key = certificate
    credentials = grpc.ssl_server_credentials([(key.read_bytes(), chain.read_bytes())])

    with _a_server(credentials) as port:
        asked = _probe(port, chain)

    assert (asked.returncode, asked.stdout) == (0, "SERVING\n"), asked.stderr


def test_a_bridge_that_drains_is_not_healthy() -> None:
    with _a_server(status=NOT_SERVING) as port:
        asked = _probe(port)

    assert (asked.returncode, asked.stdout) == (1, "NOT_SERVING\n"), asked.stderr


def test_a_bridge_that_is_not_there_is_not_healthy() -> None:
    with _a_server() as port:
        pass

    asked = _probe(port)

    assert asked.returncode == 1
    assert asked.stdout.startswith("UNAVAILABLE"), asked.stderr
