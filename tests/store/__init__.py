"""Tests of the verdict store, on real SQLite files and a real PostgreSQL server."""
