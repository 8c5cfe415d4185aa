"""What many tests share: a real Postgres, AWS made by moto from template.yaml, the functions as Lambda starts them."""

import importlib.util
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType

import psycopg
import pytest
from moto import mock_aws

from darkroom.adapters.postgres.migrations import migrate
from darkroom.adapters.postgres.unit_of_work import PostgresUnitOfWork
from localstack.home import Home
from localstack.postgres import Postgres, remove
from tests.deployed import ROOT, Deployed, deploy_template
from tests.e2e.handles import free_ports

Load = Callable[[str], ModuleType]


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Postgres of this test run, migrated."""
    home = Home(tmp_path_factory.mktemp("postgres"))
    home.make()
    postgres = Postgres(home, free_ports())
    server = postgres.start()
    migrate(postgres.url, ROOT / "functions" / "migrate" / "migrations")
    yield postgres.url
    server.stop(signal.SIGINT, patience=5)
    remove(home)


@pytest.fixture
def database(database_url: str) -> Iterator[PostgresUnitOfWork]:
    """Units of work on an empty database."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE accounts, images, outbox CASCADE")
    unit_of_work = PostgresUnitOfWork(database_url)
    yield unit_of_work
    unit_of_work.close()


@pytest.fixture(scope="module")
def deployed(database_url: str) -> Iterator[Deployed]:
    """AWS as template.yaml has it, in moto, for the tests of one file."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        yield deploy_template(database_url)


@pytest.fixture(scope="module")
def load(deployed: Deployed) -> Iterator[Load]:
    """Start a function as Lambda would, with the variables the template gives it; each once for a file of tests."""
    loaded: dict[str, ModuleType] = {}

    def start(name: str) -> ModuleType:
        if name not in loaded:
            loaded[name] = load_function(name, deployed.variables(name))
        return loaded[name]

    yield start
    for module in loaded.values():
        if unit_of_work := getattr(module, "unit_of_work", None):
            unit_of_work.close()


def load_function(name: str, variables: Mapping[str, str]) -> ModuleType:
    """Start a function with variables of one's own."""
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in variables.items():
            patch.setenv(variable, value)
        return _load(name)


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"function_{name}", ROOT / "functions" / name / "app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
