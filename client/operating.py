"""What operators do from here: put failed messages back on their queue, rotate the signing keys."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from client.places import endpoint
from client.problems import Problem

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_BATCH = 10
_UNSEEN_SECONDS = 120


def redrive(stack: str) -> int:
    """Put the dead letters of a stack back on the queues they came from; return how many there were.

    A message is on the queue before it leaves the dead letters, so a break in between doubles it and never loses it:
    whoever handles one is idempotent. At most as many move as lay there at the start, so that one which fails again
    does not go round and round.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only operators pay for it

    try:
        outputs = _outputs(stack)
        queues: SQSClient = _aws("sqs")
        return sum(
            _empty(queues, outputs[f"{name}DeadLettersUrl"], outputs[f"{name}QueueUrl"])
            for name in ("Uploads", "Events")
        )
    except KeyError as error:
        raise Problem(
            f"The stack {stack} has no output {error}: deploy it again, or name another with --stack."
        ) from error
    except (BotoCoreError, ClientError) as error:
        raise _aws_problem(error) from error


def rotate_keys(secret_name: str) -> str:
    """Put a new signing key in front of the one in use; return its id."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only operators pay for it

    from darkroom.adapters import signing_keys  # noqa: PLC0415 - the same

    try:
        return signing_keys.rotate(_aws("secretsmanager"), secret_name).kid
    except (BotoCoreError, ClientError) as error:
        raise _aws_problem(error) from error


def create_keys(secret_name: str) -> None:
    """Make the secret with its first signing key; where it stands already nothing changes."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only operators pay for it

    from darkroom.adapters import signing_keys  # noqa: PLC0415 - the same

    try:
        signing_keys.ensure(_aws("secretsmanager"), secret_name)
    except (BotoCoreError, ClientError) as error:
        raise _aws_problem(error) from error


def _empty(queues: "SQSClient", source: str, target: str) -> int:
    found = queues.get_queue_attributes(QueueUrl=source, AttributeNames=["ApproximateNumberOfMessages"])
    lying, moved = int(found["Attributes"]["ApproximateNumberOfMessages"]), 0
    while moved < lying:
        letters = queues.receive_message(
            QueueUrl=source,
            MaxNumberOfMessages=min(_BATCH, lying - moved),
            MessageAttributeNames=["All"],
            VisibilityTimeout=_UNSEEN_SECONDS,
        ).get("Messages", [])
        if not letters:
            break
        for letter in letters:
            _move(queues, letter, source, target)
            moved += 1
    return moved


def _move(queues: "SQSClient", letter: "MessageTypeDef", source: str, target: str) -> None:
    attributes: Mapping[str, Any] = {
        name: {key: value for key, value in attribute.items() if value}
        for name, attribute in letter.get("MessageAttributes", {}).items()
    }
    queues.send_message(QueueUrl=target, MessageBody=letter["Body"], MessageAttributes=attributes)
    queues.delete_message(QueueUrl=source, ReceiptHandle=letter["ReceiptHandle"])


def _outputs(stack: str) -> dict[str, str]:
    found = _aws("cloudformation").describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    return {output["OutputKey"]: output["OutputValue"] for output in found}


def _aws(service: Any) -> Any:
    """Return a client for AWS, or for the emulator where `AWS_ENDPOINT_URL` or `make up` says so."""
    import boto3  # noqa: PLC0415 - the same

    address = os.environ.get("AWS_ENDPOINT_URL") or endpoint("aws")
    if not address:
        return boto3.client(service)
    return boto3.client(
        service,
        endpoint_url=address,
        region_name=os.environ.get("AWS_REGION", "us-east-1"),
        aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "test"),
        aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "test"),
    )


def _aws_problem(error: Exception) -> Problem:
    return Problem(f"AWS said no ({error}): locally run `make up`, elsewhere set AWS_REGION and credentials.")
