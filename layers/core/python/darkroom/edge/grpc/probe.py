"""`python -m darkroom.edge.grpc.probe`: asks the bridge beside it for its health; exits 0 where it serves, else 1.

It reads the bridge's own variables: GRPC_PORT, and TLS_CERTIFICATE_FILE where the bridge speaks TLS.
"""

import os
import sys
from pathlib import Path

import grpc
from cryptography.x509 import DNSName, SubjectAlternativeName, load_pem_x509_certificate
from grpc_health.v1 import health
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

DEADLINE_SECONDS = 3


def probe(port: str, certificate_file: str) -> str:
    """Return what the bridge says of itself (SERVING, NOT_SERVING), or the code or reason why it said nothing."""
    with _channel(f"127.0.0.1:{port}", certificate_file) as channel:
        check = channel.unary_unary(
            f"/{health.SERVICE_NAME}/Check",
            request_serializer=HealthCheckRequest.SerializeToString,
            response_deserializer=HealthCheckResponse.FromString,
        )
        call = check.future(HealthCheckRequest(), timeout=DEADLINE_SECONDS)
        if call.code() is not grpc.StatusCode.OK:
            return f"{call.code().name}: {call.details()}"
        return HealthCheckResponse.ServingStatus.Name(call.result().status)


def _channel(address: str, certificate_file: str) -> grpc.Channel:
    """Connect; over TLS believe the very certificate that the bridge was given, by the name it is made out to."""
    if not certificate_file:
        return grpc.insecure_channel(address)
    chain = Path(certificate_file).read_bytes()
    names = load_pem_x509_certificate(chain).extensions.get_extension_for_class(SubjectAlternativeName).value
    name = names.get_values_for_type(DNSName)[0].replace("*", "bridge")
    return grpc.secure_channel(
        address, grpc.ssl_channel_credentials(chain), options=[("grpc.ssl_target_name_override", name)]
    )


if __name__ == "__main__":
    said = probe(os.environ["GRPC_PORT"], os.environ.get("TLS_CERTIFICATE_FILE", ""))
    print(said)  # noqa: T201 - `docker inspect` shows it
    sys.exit(said != "SERVING")
