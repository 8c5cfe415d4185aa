"""What template.yaml says of the web app's distribution, and its function run in Node."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from localstack.home import CHECKOUT
from localstack.node import folder_of_node

RESOURCES: dict[str, Any] = yaml_parse((CHECKOUT / "template.yaml").read_text(encoding="utf-8"))["Resources"]
DISTRIBUTION: dict[str, Any] = RESOURCES["WebDistribution"]["Properties"]["DistributionConfig"]
HEADERS: dict[str, Any] = RESOURCES["WebHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]


@pytest.fixture(scope="module")
def node() -> Path:
    return folder_of_node() / "node"


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("/", "/index.html"),
        ("/sign-in", "/index.html"),
        ("/images/0192f0c1-6f4e-7cc3-98c4-dc0c0c07398f", "/index.html"),
        ("/images/", "/index.html"),
        ("/v1.0/images", "/index.html"),
        ("/index.html", "/index.html"),
        ("/config.json", "/config.json"),
        ("/assets/index-CtMH9EmG.js", "/assets/index-CtMH9EmG.js"),
        ("/no-such-file.png", "/no-such-file.png"),
    ],
)
def test_every_address_of_the_app_leads_to_its_page_and_files_to_themselves(
    node: Path, asked: str, served: str
) -> None:
    code = RESOURCES["WebDeepLinks"]["Properties"]["FunctionCode"]
    event = {"version": "1.0", "request": {"method": "GET", "uri": asked, "querystring": {}, "headers": {}}}
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps(event)})));"

    command = [str(node), "--input-type=commonjs", "-e", script]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own

    assert json.loads(ran.stdout) == event["request"] | {"uri": served}  # type: ignore[operator]


def test_the_function_runs_before_the_web_bucket_is_asked_and_nowhere_else() -> None:
    (association,) = DISTRIBUTION["DefaultCacheBehavior"]["FunctionAssociations"]

    assert association == {
        "EventType": "viewer-request",
        "FunctionARN": {"Fn::GetAtt": ["WebDeepLinks", "FunctionARN"]},
    }
    assert not any("FunctionAssociations" in behaviour for behaviour in DISTRIBUTION["CacheBehaviors"])
    assert RESOURCES["WebDeepLinks"]["Properties"]["AutoPublish"] is True


def test_the_api_answers_on_the_same_origin_uncached_and_in_its_own_words() -> None:
    paths = {behaviour["PathPattern"]: behaviour for behaviour in DISTRIBUTION["CacheBehaviors"]}

    assert set(paths) == {"/v1/*", "/.well-known/*"}
    for behaviour in paths.values():
        assert behaviour["TargetOriginId"] == "api"
        assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled
        assert behaviour["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"  # AllViewerExceptHostHeader
        assert set(behaviour["AllowedMethods"]) >= {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    assert "CustomErrorResponses" not in DISTRIBUTION  # they would replace problem+json


def test_nothing_is_served_without_https() -> None:
    behaviours = [DISTRIBUTION["DefaultCacheBehavior"], *DISTRIBUTION["CacheBehaviors"]]

    assert {behaviour["ViewerProtocolPolicy"] for behaviour in behaviours} <= {"redirect-to-https", "https-only"}
    assert HEADERS["SecurityHeadersConfig"]["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000


def test_only_the_distribution_reads_the_web_bucket() -> None:
    access = RESOURCES["WebBucket"]["Properties"]["PublicAccessBlockConfiguration"]
    statements = RESOURCES["WebBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert all(access.values())
    for statement in statements:
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert "WebDistribution" in json.dumps(statement["Condition"])


def test_the_policy_lets_no_script_or_style_in_but_the_apps_own() -> None:
    text, hosts = HEADERS["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    rules = dict(rule.strip().split(" ", 1) for rule in text.split(";"))

    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == rules["form-action"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["font-src"] == rules["worker-src"] == "'self'"
    assert "unsafe" not in text
    assert "*" not in text
    assert set(hosts) >= {"Media", "Storage", "Sockets"}


def test_a_browser_may_go_to_the_buckets_where_an_address_is_signed_for_it() -> None:
    (uploads,) = RESOURCES["OriginalsBucket"]["Properties"]["CorsConfiguration"]["CorsRules"]
    (media,) = RESOURCES["MediaBucket"]["Properties"]["CorsConfiguration"]["CorsRules"]

    assert set(uploads["AllowedMethods"]) == {"POST", "PUT", "GET"}
    assert uploads["ExposedHeaders"] == ["ETag"]  # of a part, by which the upload is completed
    assert media["AllowedMethods"] == ["GET"]


def test_the_apps_own_pages_may_open_sockets() -> None:
    stated = RESOURCES["SocketsFunction"]["Properties"]["Environment"]["Variables"]["ALLOWED_ORIGINS"]
    _, with_others, alone = stated["Fn::If"]
    address = {"Fn::If": ["HasWebUrl", {"Ref": "PublicWebUrl"}, {"Fn::Sub": "https://${WebDistribution.DomainName}"}]}

    assert alone == address
    assert with_others["Fn::Sub"] == ["${Web},${AllowedOrigins}", {"Web": address}]
