"""GraphQL over HTTP: each request through the gateway, with real Postgres, and S3 and DynamoDB by moto."""

import base64
import gzip
import logging
import re
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import psycopg
import pytest
import requests
from graphql import build_schema, get_introspection_query

from darkroom.edge.graphql.graphiql import Graphiql
from darkroom.edge.graphql.sdl import sdl
from darkroom.ids import uuid7
from tests.api.test_auth import is_problem
from tests.api.test_images import NEW, PHOTO, Person
from tests.conftest import Load, load_function
from tests.deployed import ROOT, Deployed
from tests.gateway import Answer, Gateway

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
IMAGE = """
    id status reason fileName title altText width height bytes contentType visibility thumbhash uploadedAt developedAt
    variants { width height bytes url }
"""
UPLOAD = """
    mutation ($file: NewUpload!) {
      requestUpload(input: $file) {
        image { id status }
        place {
          __typename
          ... on PostForm { url fields { name value } expiresAt }
          ... on Multipart { partBytes parts { number bytes url uploaded etag } expiresAt }
        }
      }
    }
"""


class Member(Person):
    """Somebody signed in, who also speaks GraphQL."""

    def __init__(self, load: Load, *, signed_in: bool = True) -> None:
        super().__init__(load, signed_in=signed_in)
        self.graphql = Gateway(load("graphql").app, token=self.token)

    def run(self, query: str, **variables: Any) -> Answer:
        body = {"query": query, "variables": variables}
        return self.graphql.post("/v1/graphql", body, headers={"Accept": GRAPHQL})


@pytest.fixture
def ada(load: Load) -> Member:
    return Member(load)


@pytest.fixture
def bob(load: Load) -> Member:
    return Member(load)


@pytest.fixture
def anonymous(load: Load) -> Member:
    return Member(load, signed_in=False)


@pytest.fixture(scope="module")
def graphiql_files() -> None:
    """What GraphiQL's page loads, installed from its lock."""
    script, folder = ROOT / "localstack/node.sh", ROOT / "layers/graphql/graphiql"
    subprocess.run(["/bin/sh", str(script), str(folder)], check=True)  # noqa: S603 - our own script


@pytest.fixture
def open_schema(load: Load, deployed: Deployed) -> Iterator[Gateway]:
    """The function as in a local cloud, where the schema is shown."""
    load("auth")
    module = load_function("graphql", deployed.variables("graphql") | {"INTROSPECTION": "on"})
    yield Gateway(module.app)
    module.unit_of_work.close()


def told(answer: Answer) -> tuple[str, str]:
    """Return the code and the sentence of an answer's only error."""
    (error,) = answer.json["errors"]
    assert "Traceback" not in answer.text
    return error["extensions"]["code"], error["message"]


def test_me_is_the_account_that_is_signed_in(ada: Member) -> None:
    answer = ada.run("{ me { id email createdAt } }")

    assert answer.status == 200
    assert answer.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json) == {"data"}
    assert answer.json["data"]["me"]["email"].endswith("@example.com")


def test_an_image_shows_over_graphql_what_it_shows_over_rest(ada: Member) -> None:
    ada.send()
    ada.develop()
    rest = ada.info.get("/v1/images/last").json

    answer = ada.run(f"query ($id: ID!) {{ image(id: $id) {{ {IMAGE} }} lastImage {{ {IMAGE} }} }}", id=rest["id"]).json

    image = answer["data"]["image"]
    assert answer["data"]["lastImage"] == image
    assert {_snake(name): value for name, value in image.items()} == rest | {
        "status": "READY",
        "visibility": "PRIVATE",
        "uploaded_at": image["uploadedAt"],
        "developed_at": image["developedAt"],
    }
    assert [variant["width"] for variant in image["variants"]] == [800, 640, 320]


def test_an_upload_is_requested_in_one_form(ada: Member) -> None:
    asked = ada.run(UPLOAD, file={"fileName": "harbour.jpg", "contentType": "image/jpeg", "bytes": len(PHOTO)})
    requested = asked.json["data"]["requestUpload"]
    fields = {field["name"]: field["value"] for field in requested["place"]["fields"]}

    sent = requests.post(requested["place"]["url"], data=fields, files={"file": PHOTO}, timeout=5)
    ada.develop()

    assert (requested["place"]["__typename"], requested["image"]["status"]) == ("PostForm", "AWAITING")
    assert sent.status_code in {200, 201, 204}
    assert ada.info.get(f"/v1/images/{requested['image']['id']}").json["status"] == "ready"


def test_a_large_upload_is_requested_in_parts(ada: Member) -> None:
    asked = ada.run(UPLOAD, file={"fileName": "large.jpg", "contentType": "image/jpeg", "bytes": 20_000_000})

    place = asked.json["data"]["requestUpload"]["place"]
    assert place["__typename"] == "Multipart"
    assert [(part["number"], part["uploaded"], part["etag"]) for part in place["parts"]] == [
        (number, False, None) for number in (1, 2, 3)
    ]


def test_what_is_refused_says_so_in_the_words_of_rest(ada: Member) -> None:
    wrong = {"fileName": "../", "contentType": "image/jpeg", "bytes": 10}
    rest = ada.ask(file_name="../").json

    answer = ada.run(UPLOAD, file=wrong)

    (error,) = answer.json["errors"]
    assert answer.status == 200
    assert answer.json["data"] is None
    assert (error["message"], error["path"]) == (rest["detail"], ["requestUpload"])
    assert error["extensions"] == {"code": "INVALID", "fields": {"fileName": rest["errors"]["file_name"]}}


def test_one_refused_upload_leaves_the_other_standing(ada: Member) -> None:
    """Each mutation is a unit of work of its own."""
    good = '{ fileName: "a.jpg", contentType: "image/jpeg", bytes: 10 }'
    bad = '{ fileName: "b.tif", contentType: "image/tiff", bytes: 10 }'

    ada.run(
        f"mutation {{ a: requestUpload(input: {good}) {{ image {{ id }} }} "
        f"b: requestUpload(input: {bad}) {{ image {{ id }} }} }}"
    )

    assert [image["file_name"] for image in ada.info.get("/v1/images").json["images"]] == ["a.jpg"]


def test_my_images_come_by_pages(ada: Member) -> None:
    """REQUIREMENTS 19."""
    sent = [ada.ask().json["image"]["id"] for _ in range(5)]
    page = """
        query ($first: Int!, $after: String) {
          myImages(first: $first, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } }
        }
    """

    first = ada.run(page, first=3).json["data"]["myImages"]
    ada.ask()
    second = ada.run(page, first=3, after=first["pageInfo"]["endCursor"]).json["data"]["myImages"]

    assert [edge["node"]["id"] for edge in first["edges"] + second["edges"]] == sent[::-1]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert first["edges"][-1]["cursor"] == first["pageInfo"]["endCursor"]
    assert told(ada.run(page, first=101))[0] == "INVALID"
    assert told(ada.run(page, first=3, after="made-up"))[0] == "INVALID"


def test_a_strangers_image_looks_absent(ada: Member, bob: Member, anonymous: Member) -> None:
    """REQUIREMENTS 14."""
    image_id, absent = ada.ask().json["image"]["id"], str(uuid7())
    query = "query ($id: ID!) { image(id: $id) { id fileName variants { url } } }"

    answers = [member.run(query, id=image_id) for member in (bob, anonymous)]
    nobodys = bob.run(query, id=absent)

    assert told(nobodys) == ("NOT_FOUND", f"No image {absent}.")
    for answer in answers:
        assert answer.text.replace(image_id, absent) == nobodys.text
    assert told(bob.run("{ lastImage { id } }"))[0] == "NOT_FOUND"
    assert told(bob.run(query, id="no-id"))[0] == "NOT_FOUND"
    assert bob.run("{ myImages { edges { node { id } } } }").json["data"]["myImages"]["edges"] == []


def test_a_public_image_keeps_its_file_name_to_its_owner(ada: Member, bob: Member) -> None:
    """REQUIREMENTS 15."""
    place = ada.ask(visibility="public").json
    requests.post(place["upload"]["url"], data=place["upload"]["fields"], files={"file": PHOTO}, timeout=5)
    ada.develop()
    query = "query ($id: ID!) { image(id: $id) { fileName status variants { url } } }"

    mine, theirs = (member.run(query, id=place["image"]["id"]).json["data"]["image"] for member in (ada, bob))

    assert mine["fileName"] == NEW["file_name"]
    assert theirs == mine | {"fileName": None}


@pytest.mark.parametrize("field", ["me { id }", "lastImage { id }", "myImages { edges { cursor } }"])
def test_what_is_mine_asks_to_sign_in(anonymous: Member, field: str) -> None:
    assert told(anonymous.run(f"{{ {field} }}"))[0] == "UNAUTHENTICATED"


def test_nothing_is_uploaded_without_signing_in(anonymous: Member) -> None:
    file = {"fileName": "a.jpg", "contentType": "image/jpeg", "bytes": 10}

    assert told(anonymous.run(UPLOAD, file=file))[0] == "UNAUTHENTICATED"


def test_a_bad_token_is_a_problem(load: Load) -> None:
    answer = Gateway(load("graphql").app, token="made-up").post("/v1/graphql", {"query": "{ me { id } }"})

    assert is_problem(answer, 401)


LIMITS = [
    ("{ " + "me { id } " * 2000 + "}", "16,000"),
    ("{ " + "me " * 1000 + "}", "1,000"),
    ("{ " + "a" * 20_000 + " }", "16,000"),
    ("{ myImages { edges { node { variants " + "{ width " * 5 + "}" * 5 + "}}}}", "8"),
    ("{ " + " ".join(f"a{number}: me {{ id }}" for number in range(16)) + " }", "15"),
    ("{ a: PAGE b: PAGE }".replace("PAGE", "myImages(first: 100) { edges { node { " + IMAGE + " } } }"), "5,000"),
    ("{ me " * 330 + "}" * 330, "8"),
]


@pytest.mark.parametrize(
    ("query", "most"), LIMITS, ids=["bytes", "tokens", "name", "depth", "aliases", "cost", "nesting"]
)
def test_an_operation_beyond_a_limit_is_refused_with_its_number(ada: Member, query: str, most: str) -> None:
    """REQUIREMENTS 21."""
    answer = ada.run(query)

    code, sentence = told(answer)
    assert (answer.status, code) == (400, "BAD_REQUEST")
    assert f"the most is {most}" in sentence


def test_a_fragment_counts_wherever_it_is_spread(ada: Member) -> None:
    page = "myImages(first: $first) { edges { node { ...all } } }"
    query = f"query ($first: Int!) {{ {page} more: {page} }} fragment all on Image {{ {IMAGE} }}"

    assert "could cost" in told(ada.run(query, first=100))[1]
    assert ada.run(query, first=10).status == 200


def test_fragments_within_fragments_are_counted_without_being_written_out(ada: Member) -> None:
    """Sixty fragments that each spread the next one twice would be 2 to the power of 60 fields."""
    fragments = " ".join(f"fragment f{n} on Image {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60))

    answer = ada.run(f"{{ lastImage {{ ...f0 }} }} {fragments} fragment f60 on Image {{ id }}")

    assert "could cost" in told(answer)[1]


def test_several_operations_in_one_request_are_refused(ada: Member) -> None:
    answer = ada.graphql.post("/v1/graphql", [{"query": "{ me { id } }"}] * 2)

    assert is_problem(answer, 400)
    assert "the most is 1" in answer.json["detail"]


@pytest.mark.parametrize("field", ["__schema { types { name } }", '__type(name: "Image") { name }'])
def test_the_schema_is_not_shown_in_production(ada: Member, field: str) -> None:
    assert "not shown" in told(ada.run(f"{{ {field} }}"))[1]
    assert ada.run("{ __typename }").json == {"data": {"__typename": "Query"}}


def test_a_typo_is_named_without_giving_the_schema_away(ada: Member, open_schema: Gateway) -> None:
    hidden = told(ada.run("{ mee { id } }"))[1]
    shown = told(open_schema.post("/v1/graphql", {"query": "{ mee { id } }"}))[1]

    assert hidden == "Cannot query field 'mee' on type 'Query'."
    assert shown.startswith(hidden.rstrip("."))
    assert "Did you mean 'me'?" in shown


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"query": "{ me { id }"}, "Syntax Error"),
        ({"query": "query a { me { id } } query b { me { id } }"}, "operationName"),
        ({"query": "query ($id: ID!) { image(id: $id) { id } }"}, "$id"),
        ({"query": "subscription { myImagesChanged { cursor } }"}, "/v1/sockets/tickets"),
        ({"query": ""}, "Syntax Error"),
    ],
)
def test_what_cannot_be_run_is_told_with_the_status_that_the_client_understands(
    ada: Member, body: dict[str, str], sentence: str
) -> None:
    today = ada.graphql.post("/v1/graphql", body, headers={"Accept": GRAPHQL})
    anything = ada.graphql.post("/v1/graphql", body, headers={"Accept": "*/*"})
    formerly = ada.graphql.post("/v1/graphql", body, headers={"Accept": JSON})

    assert sentence in told(today)[1]
    assert (today.status, anything.status, formerly.status) == (400, 400, 200)
    assert formerly.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert today.json == anything.json == formerly.json
    assert set(today.json) == {"errors"}


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"query=%7Bme%7Bid%7D%7D", "application/x-www-form-urlencoded", 415),
        (b'{"query": "{ me { id } }"}', "text/plain", 415),
        (b'{"query": "{ me { id } }"', JSON, 400),
        (b'{"query": "{ me { id } }", "token": "x"}', JSON, 422),
        (b'{"query": 1}', JSON, 422),
        (b"{}", JSON, 422),
    ],
)
def test_a_request_that_is_no_operation_is_a_problem(ada: Member, body: bytes, content_type: str, status: int) -> None:
    answer = ada.graphql.post("/v1/graphql", body, headers={"Content-Type": content_type})

    assert is_problem(answer, status)


def test_an_operation_is_chosen_by_its_name(ada: Member) -> None:
    query = "query a { me { id } } query b { me { email } }"

    answer = ada.graphql.post("/v1/graphql", {"query": query, "operationName": "b", "variables": None})

    assert list(answer.json["data"]["me"]) == ["email"]


def test_a_fault_of_ours_is_masked_and_written_down(ada: Member, database_url: str) -> None:
    (handler,) = logging.getLogger("graphql").handlers
    assert isinstance(handler, logging.StreamHandler)
    written = StringIO()
    usual = handler.setStream(written)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE images RENAME COLUMN thumbhash TO hidden")
        answer = ada.run("{ lastImage { id } me { id } }")
        connection.execute("ALTER TABLE images RENAME COLUMN hidden TO thumbhash")
    handler.setStream(usual)

    code, sentence = told(answer)
    assert code == "INTERNAL"
    assert sentence == "Something went wrong on our side. It was written down; try again in a moment."
    assert answer.json["data"]["lastImage"] is None
    assert answer.json["data"]["me"]
    assert "UndefinedColumn" in written.getvalue()


def test_a_page_of_images_takes_as_many_statements_as_one(ada: Member, load: Load) -> None:
    """REQUIREMENTS 21: no N+1."""
    ada.ask()
    one = _statements(load, ada, f"{{ myImages(first: 50) {{ edges {{ node {{ {IMAGE} }} }} }} }}")
    for _ in range(49):
        ada.ask()

    fifty = _statements(load, ada, f"{{ myImages(first: 50) {{ edges {{ node {{ {IMAGE} }} }} }} }}")

    assert fifty == one == 2  # the time, and the page


def test_images_asked_for_together_are_read_together(ada: Member, load: Load) -> None:
    ids = [ada.ask().json["image"]["id"] for _ in range(10)]
    query = " ".join(f'a{number}: image(id: "{image_id}") {{ id }}' for number, image_id in enumerate(ids))

    statements = _statements(load, ada, f"{{ {query} }}")

    assert statements == 2  # the time, and all of them


def test_a_ticket_opens_a_socket_for_who_is_signed_in(ada: Member, anonymous: Member) -> None:
    answer = ada.graphql.post("/v1/sockets/tickets")

    assert answer.status == 201
    assert set(answer.json) == {"ticket", "expires_at"}
    assert ada.graphql.post("/v1/sockets/tickets").json["ticket"] != answer.json["ticket"]
    assert is_problem(anonymous.graphql.post("/v1/sockets/tickets"), 401)


def test_tickets_are_counted_per_account(ada: Member, bob: Member) -> None:
    """REQUIREMENTS 18."""
    answers = [ada.graphql.post("/v1/sockets/tickets") for _ in range(121)]  # a minute may end among them

    refused = [answer for answer in answers if answer.status != 201]
    assert [answer.status for answer in answers[:60]] == [201] * 60
    assert refused
    assert is_problem(refused[0], 429)
    assert int(refused[0].headers["retry-after"]) <= 60
    assert bob.graphql.post("/v1/sockets/tickets").status == 201


@pytest.mark.usefixtures("graphiql_files")
def test_graphiql_is_a_page_that_runs_our_files_alone(open_schema: Gateway) -> None:
    page = open_schema.get("/v1/graphql", headers={"Accept": "text/html"})
    names = re.findall(r'(?:src|href)="graphql/assets/([^"]+)"', page.text)
    files = [open_schema.get(f"/v1/graphql/assets/{name}", headers={"Accept": "*/*"}) for name in names]

    policy = page.headers["content-security-policy"]
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self';" in policy
    assert "connect-src 'self' wss://sockets.test;" in policy
    assert "<script>" not in page.text
    assert len(files) == 7
    for file in files:
        assert (file.status, file.headers["content-encoding"]) == (200, "gzip")
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert len(file.text) < 1_000_000
    assert b"createRoot" in gzip.decompress(base64.b64decode(files[-1].text))


@pytest.mark.parametrize("name", ["package.json", "start.js", "..", ".npmrc", "graphiql-000000000000.js"])
def test_no_other_file_is_served(open_schema: Gateway, name: str) -> None:
    assert is_problem(open_schema.get(f"/v1/graphql/assets/{name}"), 404)


def test_graphiql_is_not_there_where_the_schema_is_not_shown(ada: Member) -> None:
    page = ada.graphql.get("/v1/graphql", headers={"Accept": "text/html"})

    assert page.status == 200
    assert "make up" in page.text
    assert "assets" not in page.text


def test_graphiql_says_what_to_run_where_it_is_not_installed(tmp_path: Path) -> None:
    page = Graphiql([tmp_path], sockets_url="wss://sockets.test", shown=True).page()

    assert "make setup" in page.body


def test_an_operation_in_an_address_is_refused(ada: Member) -> None:
    assert is_problem(ada.graphql.get("/v1/graphql?query=%7Bme%7Bid%7D%7D"), 400)


def test_the_schema_is_printed_for_who_generates_types_from_it() -> None:
    assert build_schema(sdl()).query_type
    assert "type Query {" in sdl()


def test_graphiql_may_look_at_the_schema(open_schema: Gateway) -> None:
    query = get_introspection_query(input_value_deprecation=True, specified_by_url=True)

    answer = open_schema.post("/v1/graphql", {"query": query})

    types = {kind["name"]: kind for kind in answer.json["data"]["__schema"]["types"]}
    ours = [kind for name, kind in types.items() if not name.startswith("__")]
    assert "Image" in types
    assert all(kind["description"] for kind in ours)
    assert all(field["description"] for kind in ours for field in kind["fields"] or [])
    assert all(value["description"] for kind in ours for value in kind["enumValues"] or [])


def _statements(load: Load, member: Member, query: str) -> int:
    """Run a query and count what Postgres was asked for, as libpq traced it."""
    connection = load("graphql").unit_of_work._connection  # noqa: SLF001 - nobody else needs to reach it
    with TemporaryFile() as trace:
        connection.pgconn.trace(trace.fileno())
        answer = member.run(query)
        connection.pgconn.untrace()
        trace.seek(0)
        statements = re.findall(rb"\t(?:Parse|Query)\t.*", trace.read())
    assert "errors" not in answer.json
    return len([statement for statement in statements if not re.search(rb"BEGIN|COMMIT|signing_keys", statement)])


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
