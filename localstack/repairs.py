"""What ministack 1.5 lacks, put right inside its process."""

from typing import Any

from ministack import app
from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners


def apply() -> None:
    """Repair the imported ministack."""
    # The checkpoint saves; a second writer at shutdown would only leave half-written files.
    app.save_all = lambda _services: None

    # A checkpoint may still name code that was replaced a moment ago; these zips are a kilobyte each.
    lambda_svc._prune_orphan_code_blobs = lambda _referenced: None  # noqa: SLF001 - there is no setting for it

    # Objects outlive a crash and the stack may not: a bucket that stands is taken over instead of refused.
    provisioners.s3_bucket_name_conflict = lambda _name: None
    buckets = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]  # noqa: SLF001 - the same
    create = buckets["create"]

    def create_or_adopt(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        name = properties.get("BucketName")
        if name and name in provisioners._s3._buckets:  # noqa: SLF001 - the same
            return buckets["update"](name, {}, properties, stack_name)
        return create(logical_id, properties, stack_name)

    buckets["create"] = create_or_adopt
