"""Durable facts, through psycopg."""
