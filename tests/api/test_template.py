"""template.yaml against the functions and against what must hold on AWS."""

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from darkroom.images.model import MOST_BYTES, MOST_STREAMED_BYTES
from tests.deployed import LAMBDAS

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
FUNCTIONS = {
    name: part["Properties"] for name, part in RESOURCES.items() if part["Type"] == "AWS::Serverless::Function"
}
READ_AT_THE_START = {"TRUSTED_ISSUERS": "[]", "MOST_UPLOAD_BYTES": "1"}
HTTP_FUNCTIONS = [name for name, function in FUNCTIONS.items() if function["Handler"] == "app.app"]


@pytest.mark.parametrize("name", HTTP_FUNCTIONS)
def test_the_template_states_the_routes_that_the_function_serves(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ROOT / FUNCTIONS[name]["CodeUri"] / "app.py"
    stated = {
        (event["Properties"]["Method"].upper(), event["Properties"]["Path"])
        for event in FUNCTIONS[name]["Events"].values()
        if event["Type"] == "Api"
    }
    for variable in FUNCTIONS[name]["Environment"]["Variables"]:
        monkeypatch.setenv(variable, READ_AT_THE_START.get(variable, f"a-{variable.lower()}"))
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    app = _load(source)

    served = {(method, path) for path, methods in app.routes.items() for method in methods}
    assert served == stated


def test_the_most_bytes_of_a_photo_can_be_set_up_to_what_is_developed() -> None:
    """REQUIREMENTS 2."""
    stated = TEMPLATE["Parameters"]["MostUploadBytes"]

    assert (stated["Default"], stated["MaxValue"]) == (MOST_BYTES, MOST_STREAMED_BYTES)
    for function in ("UploadFunction", "GraphqlFunction"):
        assert FUNCTIONS[function]["Environment"]["Variables"]["MOST_UPLOAD_BYTES"] == {"Ref": "MostUploadBytes"}


def test_a_route_belongs_to_one_function() -> None:
    routes = [
        (event["Properties"]["Method"], event["Properties"]["Path"])
        for function in FUNCTIONS.values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api"
    ]

    assert len(routes) == len(set(routes))


def test_each_function_has_its_folder_and_each_folder_its_function() -> None:
    stated = {Path(function["CodeUri"]).name for function in FUNCTIONS.values()}

    assert stated == set(LAMBDAS)


def test_a_message_stays_hidden_six_times_as_long_as_its_function_may_run() -> None:
    parameters = TEMPLATE["Parameters"]

    assert FUNCTIONS["ConvertFunction"]["Timeout"] == {"Ref": "ConvertTimeoutSeconds"}
    assert RESOURCES["UploadsQueue"]["Properties"]["VisibilityTimeout"] == {"Ref": "UploadsVisibilitySeconds"}
    assert parameters["UploadsVisibilitySeconds"]["Default"] >= 6 * parameters["ConvertTimeoutSeconds"]["Default"]
    assert RESOURCES["EventsQueue"]["Properties"]["VisibilityTimeout"] >= 6 * FUNCTIONS["NotifyFunction"]["Timeout"]


@pytest.mark.parametrize("queue", ["Uploads", "Events"])
def test_a_message_is_tried_five_times_and_then_kept_among_the_dead_letters(queue: str) -> None:
    redrive = RESOURCES[f"{queue}Queue"]["Properties"]["RedrivePolicy"]

    assert redrive["maxReceiveCount"] == 5
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [f"{queue}DeadLetters", "Arn"]}


def test_an_event_that_fails_reaches_the_dead_letters_before_the_queue_drops_it() -> None:
    queue = RESOURCES["EventsQueue"]["Properties"]

    assert queue["MessageRetentionPeriod"] > queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]


@pytest.mark.parametrize("mapping", ["UploadsToConvert", "EventsToNotify"])
def test_one_bad_message_does_not_fail_its_batch(mapping: str) -> None:
    stated = RESOURCES[mapping]["Properties"]

    assert stated["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert stated["BatchSize"] == 10


def test_only_incoming_uploads_are_announced() -> None:
    (rule,) = RESOURCES["OriginalsBucket"]["Properties"]["NotificationConfiguration"]["QueueConfigurations"]

    assert rule["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "uploads/"}]


@pytest.mark.parametrize("bucket", ["OriginalsBucket", "MediaBucket"])
def test_buckets_are_private_and_outlive_the_stack(bucket: str) -> None:
    assert all(RESOURCES[bucket]["Properties"]["PublicAccessBlockConfiguration"].values())
    assert RESOURCES[bucket]["DeletionPolicy"] == RESOURCES[bucket]["UpdateReplacePolicy"] == "Retain"


def test_no_permission_is_wider_than_a_name() -> None:
    for statement in _statements():
        for part in ("Action", "Resource"):
            values = statement[part] if isinstance(statement[part], list) else [statement[part]]
            for value in values:
                text = value if isinstance(value, str) else json.dumps(value)
                assert text != "*"
                assert not (part == "Action" and "*" in text), f"{text} is every action"


def test_only_functions_with_a_reason_reach_a_bucket_for_writing() -> None:
    writers = {
        name for name, function in FUNCTIONS.items() if "s3:PutObject" in json.dumps(function.get("Policies", []))
    }

    assert writers == {"UploadFunction", "ImagesFunction", "GraphqlFunction", "ConvertFunction"}


def test_no_secret_stands_in_the_template() -> None:
    for function in FUNCTIONS.values():
        for name, value in function["Environment"]["Variables"].items():
            if name == "DATABASE_URL":
                assert value == "{{resolve:secretsmanager:darkroom/database:SecretString:url}}"
            assert not re.search("postgres(ql)?://", json.dumps(value))


def test_media_is_sandboxed_by_the_cdn() -> None:
    security = RESOURCES["MediaHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    behaviour = RESOURCES["MediaDistribution"]["Properties"]["DistributionConfig"]["DefaultCacheBehavior"]

    assert security["ContentTypeOptions"] == {"Override": True}
    assert security["ContentSecurityPolicy"]["ContentSecurityPolicy"] == "default-src 'none'; sandbox"
    assert behaviour["ResponseHeadersPolicyId"] == {"Ref": "MediaHeaders"}


@pytest.mark.parametrize("table", ["RefreshTokensTable", "ThrottlesTable", "SocketsTable"])
def test_short_lived_records_have_a_time_to_live(table: str) -> None:
    wanted = RESOURCES[table]["Properties"]["TimeToLiveSpecification"]

    assert wanted == {"AttributeName": "expires_at", "Enabled": True}


def test_every_message_of_a_socket_leads_to_one_function() -> None:
    routes = {
        part["Properties"]["RouteKey"]: part["Properties"]["Target"]
        for part in RESOURCES.values()
        if part["Type"] == "AWS::ApiGatewayV2::Route"
    }

    target = {"Fn::Sub": "integrations/${SocketsIntegration}"}
    assert routes == {"$connect": target, "$default": target, "$disconnect": target}
    assert "${SocketsFunction.Arn}" in RESOURCES["SocketsIntegration"]["Properties"]["IntegrationUri"]["Fn::Sub"]


def test_the_sweep_runs_every_minute() -> None:
    (event,) = FUNCTIONS["SweepFunction"]["Events"].values()

    assert event == {"Type": "Schedule", "Properties": {"Schedule": "rate(1 minute)"}}


def test_each_layer_says_how_it_is_built() -> None:
    for name, part in RESOURCES.items():
        if part["Type"] == "AWS::Serverless::LayerVersion":
            makefile = (ROOT / part["Properties"]["ContentUri"] / "Makefile").read_text(encoding="utf-8")
            assert part["Metadata"]["BuildMethod"] == "makefile"
            assert f"build-{name}:" in makefile
            assert "--invalidation-mode unchecked-hash" in makefile


def _statements() -> Iterator[dict[str, Any]]:
    for function in FUNCTIONS.values():
        for policy in function.get("Policies", []):
            yield from policy["Statement"]


def _load(source: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"function_{source.parent.name}", source)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules.pop(spec.name, None)
    spec.loader.exec_module(module)
    return module.app
