"""The deployer: `template.yaml` through CloudFormation, with thin packages, again and again until it is right."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from samtranslator.yaml_helper import yaml_parse

from darkroom.adapters import signing_keys
from darkroom.images.model import MOST_BYTES
from localstack import packages, web
from localstack.cloud import REGION
from localstack.front import Routes
from localstack.home import SOURCE
from localstack.trouble import Trouble

T = TypeVar("T")

STACK = os.environ.get("DARKROOM_STACK", "darkroom")

_CODE_BUCKET = f"{STACK}-code"
_DIGEST_TAG = "darkroom-digest"
_DATABASE_SECRET = "darkroom/database"  # noqa: S105 - its name
_SIGNING_KEYS_SECRET = "darkroom/signing-keys"  # noqa: S105 - its name
_AUDIENCE = "darkroom"
_DONE = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
_UPDATABLE = _DONE | {"UPDATE_ROLLBACK_COMPLETE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be deployed where."""

    endpoint: str
    web_url: str
    storage_urls: Sequence[str]  # the origins that a browser reaches the buckets at
    database_url: str
    api_url: str
    media_url: str
    sockets_url: str  # empty: the endpoint's own
    origins: Sequence[str]


class Deployer:
    """Brings an endpoint to what the template says; done twice, the second time is quick and changes nothing."""

    def __init__(self, wish: Wish, *, say: Callable[[str], None]) -> None:
        self._wish = wish
        self._say = say
        self._packages: dict[str, packages.Package] = {}
        session = boto3.session.Session(
            aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "test"),
            aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "test"),
            region_name=os.environ.get("AWS_REGION", REGION),
        )
        quick = Config(connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 2})
        patient = Config(connect_timeout=5, read_timeout=330, retries={"total_max_attempts": 1})
        self._stacks = session.client("cloudformation", endpoint_url=wish.endpoint, config=quick)
        self._functions = session.client("lambda", endpoint_url=wish.endpoint, config=patient)
        self._objects = session.client(
            "s3", endpoint_url=wish.endpoint, config=quick.merge(Config(s3={"addressing_style": "path"}))
        )
        self._gateway = session.client("apigateway", endpoint_url=wish.endpoint, config=quick)
        self._tables = session.client("dynamodb", endpoint_url=wish.endpoint, config=quick)
        self._secrets = session.client("secretsmanager", endpoint_url=wish.endpoint, config=quick)
        self._queues = session.client("sqs", endpoint_url=wish.endpoint, config=quick)

    def deploy(self) -> Routes:
        """Make secrets, stack and time to live right; return where the stack answers."""
        with self._told():
            return self._deploy()

    def migrate(self) -> None:
        """Make the schema right."""
        with self._told():
            self._run("migrate")

    def bridge_settings(self) -> dict[str, str]:
        """Return what the bridge has to know about the stack."""
        with self._told():
            names = self._physical_names()
        return {
            "DATABASE_URL": self._wish.database_url,
            "ORIGINALS_BUCKET": names["OriginalsBucket"],
            "MEDIA_BUCKET": names["MediaBucket"],
            "MEDIA_URL": self._wish.media_url,
            "TRUSTED_ISSUERS": json.dumps([{"issuer": self._wish.api_url, "audience": _AUDIENCE}]),
            "SIGNING_KEYS_SECRET": _SIGNING_KEYS_SECRET,
            "REFRESH_TOKENS_TABLE": names["RefreshTokensTable"],
            "THROTTLES_TABLE": names["ThrottlesTable"],
            "TOKEN_ISSUER": self._wish.api_url,
            "TOKEN_AUDIENCE": _AUDIENCE,
            "EVENTS_QUEUE_URL": names["EventsQueue"],
        }

    def publish(self, built: Path, sockets_url: str) -> None:
        """Put the web app that was built where the distribution serves it, and tell it what it has to know."""
        config = {"sockets": sockets_url, "mostUploadBytes": _most_upload_bytes()}
        with self._told():
            web.publish(self._objects, self._physical_names()["WebBucket"], built, config)

    def recover(self) -> None:
        """Have the sweep look for uploads that arrived while nobody was there to hear it."""
        with self._told():
            self._run("sweep", {"recover": True})

    def refresh(self, function: str) -> None:
        """Make an edit live: new code, as far as the emulator can see, so new workers."""
        package = packages.function_package(SOURCE / "functions" / function, revision=str(time.time_ns()))
        with self._told():
            self._functions.update_function_code(FunctionName=f"{STACK}-{function}", ZipFile=package.content)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            raise Trouble(f"Deploying to {self._wish.endpoint} failed: {str(error).rstrip('.')}.") from error

    def _deploy(self) -> Routes:
        self._keep_secrets()
        template = self._local_template()
        parameters = {
            "PublicWebUrl": self._wish.web_url,
            "PublicStorageUrls": " ".join(self._wish.storage_urls),
            "MostUploadBytes": str(_most_upload_bytes()),
            "PublicApiUrl": self._wish.api_url,
            "PublicMediaUrl": self._wish.media_url,
            "PublicSocketsUrl": self._wish.sockets_url or sockets_url(self._wish.endpoint, _sockets_prefix(template)),
            "SocketsEndpoint": f"{self._wish.endpoint}{_sockets_prefix(template)}",
            "Introspection": "on",
            "AllowedOrigins": ",".join(self._wish.origins),
        }
        body = json.dumps(template)
        digest = hashlib.sha256(json.dumps([body, parameters, self._wish.database_url]).encode()).hexdigest()
        stack = self._stack()
        if stack is None or _tag(stack) != digest or stack["StackStatus"] not in _DONE or not self._is_whole():
            stack = self._change(stack, body, parameters, digest)
            self._set_database_url()
            self._set_time_to_live(template)
            self._set_gateway_responses(template, _outputs(stack))
        outputs = _outputs(stack)
        return Routes(
            api_prefix=f"/_aws/execute-api/{outputs['ApiId']}/{outputs['ApiStage']}",
            media_host=outputs["MediaDomain"].replace(".cloudfront.net", ".cloudfront.localhost"),
            web_host=outputs["WebDomain"].replace(".cloudfront.net", ".cloudfront.localhost"),
            sockets_prefix=_sockets_prefix(template),
        )

    def _keep_secrets(self) -> None:
        signing_keys.ensure(self._secrets, _SIGNING_KEYS_SECRET)
        text = json.dumps({"url": self._wish.database_url})
        try:
            self._secrets.create_secret(Name=_DATABASE_SECRET, SecretString=text)
        except self._secrets.exceptions.ResourceExistsException:
            if self._secrets.get_secret_value(SecretId=_DATABASE_SECRET)["SecretString"] != text:
                self._secrets.put_secret_value(SecretId=_DATABASE_SECRET, SecretString=text)

    def _local_template(self) -> dict[str, Any]:
        """Return the template with each folder of code replaced by its thin package in the code bucket."""
        template: dict[str, Any] = yaml_parse((SOURCE / "template.yaml").read_text(encoding="utf-8"))
        numbers = {
            name: int(parameter["Default"])
            for name, parameter in template["Parameters"].items()
            if parameter["Type"] == "Number"
        }
        numbers["ConvertConcurrency"] = max(2, os.cpu_count() or 2)  # each uses every core
        numbers["NotifyConcurrency"] = 2  # a machine of two cores tells nobody sooner through ten workers
        template["Resources"] = _with_numbers(template["Resources"], numbers)
        for resource in template["Resources"].values():
            properties = resource.get("Properties", {})
            if resource["Type"] == "AWS::Serverless::Function":
                properties["CodeUri"] = self._place_of(packages.function_package(SOURCE / properties["CodeUri"]))
            elif resource["Type"] == "AWS::Serverless::LayerVersion":
                properties["ContentUri"] = self._place_of(packages.layer_package(SOURCE / properties["ContentUri"]))
                resource.pop("Metadata", None)
        return template

    def _place_of(self, package: packages.Package) -> dict[str, str]:
        self._packages[package.key] = package
        return {"Bucket": _CODE_BUCKET, "Key": package.key}

    def _put_packages(self) -> None:
        with suppress(self._objects.exceptions.BucketAlreadyOwnedByYou):
            self._objects.create_bucket(Bucket=_CODE_BUCKET)
        for package in self._packages.values():
            self._objects.put_object(Bucket=_CODE_BUCKET, Key=package.key, Body=package.content)

    def _stack(self) -> Mapping[str, Any] | None:
        try:
            stacks = self._stacks.describe_stacks(StackName=STACK)["Stacks"]
        except ClientError:
            return None
        return stacks[0] if stacks and stacks[0]["StackStatus"] != "DELETE_COMPLETE" else None

    def _is_whole(self) -> bool:
        """Tell whether what the stack says is there is there: a crash may have taken some of it."""
        try:
            for resource in self._stacks.describe_stack_resources(StackName=STACK)["StackResources"]:
                name = resource.get("PhysicalResourceId", "")
                if resource["ResourceType"] == "AWS::Lambda::Function":
                    self._functions.get_function_configuration(FunctionName=name)
                elif resource["ResourceType"] == "AWS::S3::Bucket":
                    self._objects.head_bucket(Bucket=name)
                elif resource["ResourceType"] == "AWS::DynamoDB::Table":
                    self._tables.describe_table(TableName=name)
                elif resource["ResourceType"] == "AWS::SQS::Queue":
                    self._queues.get_queue_attributes(QueueUrl=name)
        except ClientError:
            return False
        return True

    def _change(
        self, stack: Mapping[str, Any] | None, body: str, parameters: Mapping[str, str], digest: str
    ) -> Mapping[str, Any]:
        """Create the stack or update it; one that cannot be updated is removed first (buckets stay)."""
        if stack is not None and (stack["StackStatus"] not in _UPDATABLE or not self._is_whole()):
            self._say("Clearing a half-finished stack")
            self._stacks.delete_stack(StackName=STACK)
            self._wait(lambda: self._stack() is None or None, "cleared")
            stack = None
        self._say("Updating the stack" if stack else "Deploying the stack")
        self._put_packages()
        self._objects.put_object(Bucket=_CODE_BUCKET, Key=f"template-{digest}.json", Body=body.encode())
        name = f"change-{digest[:12]}-{time.time_ns()}"
        self._stacks.create_change_set(
            StackName=STACK,
            ChangeSetName=name,
            ChangeSetType="UPDATE" if stack else "CREATE",
            TemplateURL=f"{self._wish.endpoint}/{_CODE_BUCKET}/template-{digest}.json",
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            Tags=[{"Key": _DIGEST_TAG, "Value": digest}],
        )
        described = self._wait(lambda: self._prepared(name), "prepared")
        if described["Status"] == "FAILED":
            raise Trouble(
                f"CloudFormation refuses template.yaml: {described.get('StatusReason', 'it gives no reason')}"
            )
        self._stacks.execute_change_set(StackName=STACK, ChangeSetName=name)
        return self._wait(self._finished, "finished")

    def _prepared(self, name: str) -> Mapping[str, Any] | None:
        described = self._stacks.describe_change_set(StackName=STACK, ChangeSetName=name)
        return described if described["Status"] in {"CREATE_COMPLETE", "FAILED"} else None

    def _finished(self) -> Mapping[str, Any] | None:
        stack = self._stack()
        if stack is None or stack["StackStatus"].endswith("_IN_PROGRESS"):
            return None
        if stack["StackStatus"] not in _DONE:
            raise Trouble(f"The stack ended as {stack['StackStatus']}: {self._why()}")
        return stack

    def _why(self) -> str:
        events = self._stacks.describe_stack_events(StackName=STACK)["StackEvents"]
        failed = [event for event in events if event.get("ResourceStatus", "").endswith("_FAILED")]
        if not failed:
            return "CloudFormation gives no reason."
        return f"{failed[-1]['LogicalResourceId']}: {failed[-1].get('ResourceStatusReason', 'no reason given')}"

    def _wait(self, look: Callable[[], T | None], what: str) -> T:
        deadline = time.monotonic() + 120
        while not (seen := look()):
            if time.monotonic() > deadline:
                raise Trouble(f"The stack was not {what} within two minutes: `make logs` may tell why.")
            time.sleep(0.05)
        return seen

    def _set_database_url(self) -> None:
        """Give functions the present address: a template that did not change keeps the one resolved first."""
        for page in self._functions.get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                variables = dict(function.get("Environment", {}).get("Variables", {}))
                if not function["FunctionName"].startswith(f"{STACK}-") or "DATABASE_URL" not in variables:
                    continue
                if variables["DATABASE_URL"] != self._wish.database_url:
                    variables["DATABASE_URL"] = self._wish.database_url
                    self._functions.update_function_configuration(
                        FunctionName=function["FunctionName"], Environment={"Variables": variables}
                    )

    def _set_time_to_live(self, template: Mapping[str, Any]) -> None:
        """Do what the template says about it, which the emulator's CloudFormation passes over."""
        names = self._physical_names()
        for logical, resource in template["Resources"].items():
            wanted = resource.get("Properties", {}).get("TimeToLiveSpecification")
            if wanted is None:
                continue
            now = self._tables.describe_time_to_live(TableName=names[logical])["TimeToLiveDescription"]
            if now.get("TimeToLiveStatus") not in {"ENABLED", "ENABLING"}:
                self._tables.update_time_to_live(TableName=names[logical], TimeToLiveSpecification=wanted)

    def _physical_names(self) -> dict[str, str]:
        resources = self._stacks.describe_stack_resources(StackName=STACK)["StackResources"]
        return {found["LogicalResourceId"]: found.get("PhysicalResourceId", "") for found in resources}

    def _set_gateway_responses(self, template: Mapping[str, Any], outputs: Mapping[str, str]) -> None:
        """Do the same for what the gateway itself answers."""
        responses = template["Resources"]["Api"]["Properties"].get("GatewayResponses", {})
        for kind, response in responses.items():
            headers = response.get("ResponseParameters", {}).get("Headers", {})
            self._gateway.put_gateway_response(
                restApiId=outputs["ApiId"],
                responseType=kind,
                statusCode=str(response["StatusCode"]),
                responseParameters={f"gatewayresponse.header.{name}": value for name, value in headers.items()},
                responseTemplates=response["ResponseTemplates"],
            )
        self._gateway.create_deployment(restApiId=outputs["ApiId"], stageName=outputs["ApiStage"])

    def _run(self, function: str, event: Mapping[str, Any] | None = None) -> None:
        answer = self._functions.invoke(FunctionName=f"{STACK}-{function}", Payload=json.dumps(event or {}).encode())
        if "FunctionError" in answer:
            reason = answer["Payload"].read().decode(errors="replace")[:400]
            raise Trouble(f"The function `{function}` failed ({reason}): `make logs` shows where.")


def as_text(routes: Routes) -> str:
    """Write the routes as the emulator's front reads them."""
    return json.dumps(asdict(routes), indent=2)


def from_text(file: Path) -> Routes | None:
    """Read the routes of an earlier deploy, if there was one."""
    try:
        return Routes(**json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def sockets_url(endpoint: str, prefix: str) -> str:
    """Return where an endpoint itself takes sockets."""
    return f"ws{endpoint.removeprefix('http')}{prefix}"


def _tag(stack: Mapping[str, Any]) -> str | None:
    return next((tag["Value"] for tag in stack.get("Tags", []) if tag["Key"] == _DIGEST_TAG), None)


def _outputs(stack: Mapping[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _with_numbers(part: Any, numbers: Mapping[str, int]) -> Any:
    """Put numbers where the template refers to them: the emulator would pass the parameter on as text.

    What functions find in their environment is text.
    """
    if isinstance(part, dict):
        if set(part) == {"Ref"} and part["Ref"] in numbers:
            return numbers[part["Ref"]]
        return {key: value if key == "Variables" else _with_numbers(value, numbers) for key, value in part.items()}
    return [_with_numbers(value, numbers) for value in part] if isinstance(part, list) else part


def _most_upload_bytes() -> int:
    return int(os.environ.get("DARKROOM_MOST_UPLOAD_BYTES") or MOST_BYTES)


def _sockets_prefix(template: Mapping[str, Any]) -> str:
    """Return the path to the socket API at the emulator: its id is in the template, so it is known beforehand."""
    parts = template["Resources"].values()
    apis = [part["Properties"] for part in parts if part["Type"] == "AWS::ApiGatewayV2::Api"]
    stages = [part["Properties"] for part in parts if part["Type"] == "AWS::ApiGatewayV2::Stage"]
    if not apis or not stages:
        return ""
    return f"/_aws/execute-api/{apis[0]['Tags']['ms-custom-id']}/{stages[0]['StageName']}"


def functions_touched(path: Path) -> list[str]:
    """Name the functions that an edit of `path` changes: its own, or all of them for the layer."""
    folder = SOURCE / "functions"
    if path.is_relative_to(folder):
        name = path.relative_to(folder).parts[0]
        return [name] if (folder / name / "app.py").exists() else []
    return sorted(app.parent.name for app in folder.glob("*/app.py"))
