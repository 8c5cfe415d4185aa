"""What template.yaml describes, made in moto: tables, queues, buckets with their notifications, variables."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from samtranslator.yaml_helper import yaml_parse

from darkroom.adapters import signing_keys

if TYPE_CHECKING:
    from mypy_boto3_sqs.literals import QueueAttributeNameType

ROOT = Path(__file__).resolve().parents[1]
LAMBDAS = sorted({app.parent.name for app in ROOT.glob("functions/*/app.py")} - {"bridge"})  # that is a container
DISTRIBUTION_SECRET = "what-the-distribution-knows"
API_URL = "http://api.test"
MEDIA_URL = "http://media.test"
ADDRESSES = {
    "MEDIA_URL": MEDIA_URL,
    "SOCKETS_URL": "wss://sockets.test",
    "SOCKETS_ENDPOINT": "http://sockets.test",
    "ALLOWED_ORIGINS": "http://web.test",
}

_TEMPLATE: dict[str, dict[str, dict[str, Any]]] = yaml_parse((ROOT / "template.yaml").read_text())
_PARTS = _TEMPLATE["Resources"]


@dataclass(frozen=True)
class Deployed:
    """A stack in moto: the physical name (of a queue: its address) of everything that has a logical one."""

    names: Mapping[str, str]
    database_url: str

    def variables(self, function: str) -> dict[str, str]:
        """Return the environment that the template gives a function, resolved."""
        stated = _PARTS[f"{function.capitalize()}Function"]["Properties"]["Environment"]["Variables"]
        return {name: self._resolve(name, value) for name, value in stated.items()}

    def _resolve(self, name: str, value: Any) -> str:
        if name == "DATABASE_URL":
            return self.database_url
        if name == "DISTRIBUTION_SECRET":
            return DISTRIBUTION_SECRET
        if name in ADDRESSES:
            return ADDRESSES[name]
        if name == "TRUSTED_ISSUERS":
            return str(value["Fn::Sub"]).replace("${PublicApiUrl}", API_URL)
        if isinstance(value, dict):
            return self.names[value["Ref"]]
        return str(value)


def deploy_template(database_url: str) -> Deployed:
    """Make the template's durable parts in whatever AWS boto3 reaches."""
    defaults = {name: str(stated["Default"]) for name, stated in _TEMPLATE["Parameters"].items() if "Default" in stated}
    names = defaults | {"PublicApiUrl": API_URL}
    for logical in _of_type("AWS::DynamoDB::Table"):
        names[logical] = _make_table(logical)
    for logical in sorted(_of_type("AWS::SQS::Queue"), key=lambda name: "RedrivePolicy" in _properties(name)):
        names[logical] = _make_queue(logical, names)
    for logical in _of_type("AWS::S3::Bucket"):
        names[logical] = _make_bucket(logical, names)
    for logical in _of_type("AWS::CloudFront::Distribution"):
        names[logical] = _make_distribution(logical, names)
    signing_keys.ensure(boto3.client("secretsmanager"), "darkroom/signing-keys")
    return Deployed(names, database_url)


def handler_of(function: str) -> str:
    """Return what Lambda calls in a function."""
    return str(_properties(f"{function.capitalize()}Function")["Handler"])


def routes_of(function: str) -> list[str]:
    """Return the addresses that the gateway leads to a function."""
    events = _properties(f"{function.capitalize()}Function").get("Events", {}).values()
    return [event["Properties"]["Path"] for event in events if event["Type"] == "Api"]


def layers_of(function: str) -> list[str]:
    """Return the layers that a function stands on."""
    return [layer["Ref"] for layer in _properties(f"{function.capitalize()}Function")["Layers"]]


def left_out_of_layers() -> set[str]:
    """Return the top-level packages that are locked for a layer but not shipped in it."""
    makefile = (ROOT / "layers/runtime/Makefile").read_text()
    return set(re.findall(r"^LEFT_OUT := (.*)$", makefile, re.MULTILINE)[0].split())


def _of_type(kind: str) -> list[str]:
    return [logical for logical, part in _PARTS.items() if part["Type"] == kind]


def _properties(logical: str) -> dict[str, Any]:
    found: dict[str, Any] = _PARTS[logical]["Properties"]
    return found


def _make_table(logical: str) -> str:
    stated = _properties(logical)
    name = logical.lower()
    boto3.client("dynamodb").create_table(
        TableName=name,
        KeySchema=stated["KeySchema"],
        AttributeDefinitions=stated["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def _make_queue(logical: str, names: Mapping[str, str]) -> str:
    sqs = boto3.client("sqs")
    attributes: dict[QueueAttributeNameType, str] = {}
    if redrive := _properties(logical).get("RedrivePolicy"):
        dead_letters = names[redrive["deadLetterTargetArn"]["Fn::GetAtt"][0]]
        attributes["RedrivePolicy"] = json.dumps(
            {"deadLetterTargetArn": _queue_arn(dead_letters), "maxReceiveCount": redrive["maxReceiveCount"]}
        )
    return sqs.create_queue(QueueName=logical.lower(), Attributes=attributes)["QueueUrl"]


def _make_bucket(logical: str, names: Mapping[str, str]) -> str:
    s3 = boto3.client("s3")
    name = logical.lower()
    s3.create_bucket(Bucket=name)
    for rule in _properties(logical).get("NotificationConfiguration", {}).get("QueueConfigurations", []):
        s3.put_bucket_notification_configuration(
            Bucket=name,
            NotificationConfiguration={
                "QueueConfigurations": [
                    {
                        "QueueArn": _queue_arn(names[rule["Queue"]["Fn::GetAtt"][0]]),
                        "Events": [rule["Event"]],
                        "Filter": {"Key": {"FilterRules": rule["Filter"]["S3Key"]["Rules"]}},
                    }
                ]
            },
        )
    return name


def _make_distribution(logical: str, names: Mapping[str, str]) -> str:
    origin = {"Id": "media", "DomainName": f"{names['MediaBucket']}.s3.amazonaws.com"}
    behaviour = {"TargetOriginId": "media", "ViewerProtocolPolicy": "redirect-to-https"}
    stated: Any = {
        "CallerReference": logical,
        "Comment": logical,
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin | {"S3OriginConfig": {"OriginAccessIdentity": ""}}]},
        "DefaultCacheBehavior": behaviour,
    }
    made = boto3.client("cloudfront").create_distribution(DistributionConfig=stated)
    return str(made["Distribution"]["Id"])


def _queue_arn(url: str) -> str:
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]
