"""Migrations: applies the numbered SQL beside this file once, in order, one runner at a time."""

from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger

from darkroom.adapters.postgres.migrations import migrate
from darkroom.settings import DatabaseSettings

settings = DatabaseSettings.load()
logger = Logger(service="migrate")


def handler(_event: dict[str, Any], _context: Any) -> dict[str, list[str]]:
    """Bring the database to the newest shape and tell what was applied."""
    applied = migrate(settings.database_url, Path(__file__).parent / "migrations")
    logger.info("migrated", extra={"applied": applied})
    return {"applied": applied}
