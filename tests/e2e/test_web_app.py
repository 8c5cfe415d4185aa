"""The web app as the local cloud serves it: one origin for the app and the API, strict, and cached as it should be."""

import re

import boto3
import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import Complaints
from tests.e2e.handles import LocalCloud
from tests.e2e.photographers import Photographer
from tests.pictures import a_picture, encoded

YEAR = "public, max-age=31536000, immutable"


@pytest.fixture
def web(cloud: LocalCloud) -> str:
    return cloud.endpoints["web"]


def test_every_address_of_the_app_answers_with_its_page_which_is_never_kept(web: str) -> None:
    for path in ("/", "/sign-in", "/images/0192f0c1-6f4e-7cc3-98c4-dc0c0c07398f", "/health"):
        answer = httpx.get(f"{web}{path}")

        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert answer.headers["cache-control"] == "no-cache"
        assert '<div id="root">' in answer.text


def test_what_the_page_loads_is_kept_for_ever(web: str) -> None:
    loaded = re.findall(r'(?:src|href)="(/assets/[^"]+)"', httpx.get(web).text)

    assert loaded
    for path in loaded:
        answer = httpx.get(f"{web}{path}")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, YEAR)


def test_a_file_that_is_not_there_is_absent_and_no_page(web: str) -> None:
    for path in ("/assets/index-of-last-year.js", "/robots.txt", "/.built", "/.vite/manifest.json"):
        assert httpx.get(f"{web}{path}").status_code == httpx.codes.NOT_FOUND


def test_the_app_is_told_where_sockets_are_and_how_much_may_be_sent(cloud: LocalCloud, web: str) -> None:
    answer = httpx.get(f"{web}/config.json")

    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {"sockets": cloud.endpoints["sockets"], "mostUploadBytes": 25_000_000}


def test_the_page_comes_with_a_policy_that_lets_nothing_strange_in(cloud: LocalCloud, web: str) -> None:
    headers = httpx.get(web).headers
    rules = dict(rule.strip().split(" ", 1) for rule in headers["content-security-policy"].split(";"))

    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert cloud.endpoints["media"] in rules["img-src"].split()
    assert {cloud.endpoints["media"], cloud.endpoints["aws"]} < set(rules["connect-src"].split())
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in headers["permissions-policy"]


def test_the_api_is_on_the_same_origin_and_keeps_its_words(web: str) -> None:
    assert httpx.get(f"{web}/.well-known/jwks.json").status_code == httpx.codes.OK
    refused = httpx.get(f"{web}/v1/images")
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    assert "content-security-policy" not in refused.headers
    assert httpx.get(f"{web}/v1/nothing-here").json()["detail"] == "There is nothing at this address."


def test_a_browser_may_send_to_the_buckets_and_read_the_tag_of_a_part(cloud: LocalCloud, web: str) -> None:
    photographer = Photographer(cloud)
    photo = encoded(a_picture(), "JPEG")
    form = photographer.ask(photo, "image/jpeg")["upload"]
    origin = {"Origin": web}

    for method in ("POST", "PUT", "GET"):
        asks = {**origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type"}
        allowed = photographer.storage.options(form["url"], headers=asks)
        assert allowed.status_code == httpx.codes.OK
        assert allowed.headers["access-control-allow-origin"] in {"*", web}
        assert method in allowed.headers["access-control-allow-methods"]
    sent = photographer.storage.post(form["url"], data=form["fields"], files={"file": ("x", photo)}, headers=origin)

    assert sent.is_success
    assert sent.headers["access-control-allow-origin"] in {"*", web}
    assert {"*", "etag"} & set(sent.headers["access-control-expose-headers"].lower().split(", "))
    photographer.close()


def test_assets_of_an_earlier_build_are_still_there(cloud: LocalCloud, web: str) -> None:
    objects = boto3.client("s3", **cloud.aws())
    objects.put_object(
        Bucket="darkroom-web-000000000000", Key="assets/index-before.js", Body=b"1", ContentType="text/javascript"
    )
    objects.close()

    cloud.stop()
    cloud.up()

    assert httpx.get(f"{web}/assets/index-before.js").text == "1"


def test_the_app_is_published_to_a_stack_by_a_command(cloud: LocalCloud, web: str) -> None:
    objects = boto3.client("s3", **cloud.aws())
    for key in ("index.html", "config.json"):
        objects.delete_object(Bucket="darkroom-web-000000000000", Key=key)
    objects.close()
    account = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}

    told = cloud.command("publish-web", AWS_ENDPOINT_URL=cloud.endpoints["aws"], **account)

    assert (told.returncode, told.stdout) == (0, f"The web app is at {web}.\n")
    assert '<div id="root">' in httpx.get(web).text
    assert httpx.get(f"{web}/config.json").json()["mostUploadBytes"] == 25_000_000


def test_a_stranger_who_opens_the_app_can_sign_in_or_register(page: Page) -> None:
    page.goto("/")

    expect(page.get_by_label("E-mail")).to_be_visible()
    assert page.evaluate("document.querySelectorAll('style').length") == 0


def test_a_deep_link_is_a_page_of_the_app(page: Page) -> None:
    answer = page.goto("/no/such/page")

    assert answer
    assert answer.ok
    expect(page.get_by_role("heading").first).to_be_visible()


def test_a_complaint_of_the_browser_is_heard(context: BrowserContext, complaints: Complaints) -> None:
    page = context.new_page()
    page.goto("/sign-in")

    page.evaluate("document.body.append(Object.assign(new Image(), { src: 'http://elsewhere.invalid/a.png' }))")
    page.wait_for_timeout(300)

    assert any("Content Security Policy" in complaint for complaint in complaints.unexpected)
    complaints.allow("Content Security Policy")
