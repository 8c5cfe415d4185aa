"""What ministack 1.5 lacks, put right inside its process."""

import json
import time
from typing import Any

from ministack import app
from ministack.services import apigateway, lambda_svc, sqs
from ministack.services.cloudformation import provisioners

from localstack.front import CONNECT_ANSWER


def apply() -> None:
    """Repair the imported ministack."""
    _leave_saving_to_the_checkpoint()
    _adopt_buckets()
    _adopt_cloudfront_functions()
    _retry_soon()
    _say_what_connect_answered()


def _leave_saving_to_the_checkpoint() -> None:
    # The checkpoint saves; a second writer at shutdown would only leave half-written files.
    app.save_all = lambda _services: None

    # A checkpoint may still name code that was replaced a moment ago; these zips are a kilobyte each.
    lambda_svc._prune_orphan_code_blobs = lambda _referenced: None  # noqa: SLF001 - there is no setting for it


def _adopt_buckets() -> None:
    """Take over a bucket that stands instead of refusing it: objects outlive a crash, and the stack may not."""
    provisioners.s3_bucket_name_conflict = lambda _name: None
    buckets = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]  # noqa: SLF001 - there is no other way in
    create = buckets["create"]

    def create_or_adopt(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        name = properties.get("BucketName")
        if name and name in provisioners._s3._buckets:  # noqa: SLF001 - the same
            return buckets["update"](name, {}, properties, stack_name)
        return create(logical_id, properties, stack_name)

    buckets["create"] = create_or_adopt


def _adopt_cloudfront_functions() -> None:
    """Replace a function that stands: a checkpoint may know it, and not yet the stack that it belongs to."""
    functions = provisioners._RESOURCE_HANDLERS["AWS::CloudFront::Function"]  # noqa: SLF001 - the same
    create = functions["create"]

    def create_anew(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        provisioners._cf._functions.pop(properties.get("Name"), None)  # noqa: SLF001 - the same
        return create(logical_id, properties, stack_name)

    functions["create"] = create_anew


def _retry_soon() -> None:
    """Bring a message that failed back after 1, 2, 4, 8 seconds, and after its last try let it go to the dead letters.

    On AWS it waits for the queue's visibility timeout, which is made for a fleet; at a desk, an edit or a killed
    worker should not cost twelve minutes. After five tries it is among the dead letters, there and here.
    """
    run = lambda_svc._run_sqs_batch  # noqa: SLF001 - there is no setting for it

    def run_and_release(*batch_and_where: Any) -> None:
        *_, batch, queue_url, _ = batch_and_where
        handles = {message["id"]: message["receipt_handle"] for message in batch}
        run(*batch_and_where)
        with sqs._queues_lock:  # noqa: SLF001 - the same
            queue = sqs._queues.get(queue_url)  # noqa: SLF001 - the same
            for message in queue["messages"] if queue else []:
                if message["id"] in handles and handles[message["id"]] == message.get("receipt_handle"):
                    tries = int(message.get("receive_count", 1))
                    pause = 0 if tries >= _most_tries(queue) else 2 ** (tries - 1)
                    message["visible_at"] = min(message["visible_at"], time.time() + pause)

    lambda_svc._run_sqs_batch = run_and_release  # noqa: SLF001 - the same


def _say_what_connect_answered() -> None:
    """Let the front know why a socket was refused and which subprotocol was agreed on; here both would be lost."""
    invoke = apigateway._invoke_ws_lambda  # noqa: SLF001 - there is no other way in

    async def invoke_and_tell(*where: Any, **more: Any) -> Any:
        answer = await invoke(*where, **more)
        if "CONNECT" in where:
            CONNECT_ANSWER.set(answer)
        return answer

    apigateway._invoke_ws_lambda = invoke_and_tell  # noqa: SLF001 - the same


def _most_tries(queue: dict[str, Any]) -> float:
    policy = json.loads(queue["attributes"].get("RedrivePolicy") or "{}")
    return float(policy.get("maxReceiveCount", "inf"))
