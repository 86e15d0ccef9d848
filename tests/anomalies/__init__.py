"""Tests of what shows only across runs."""
