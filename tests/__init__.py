"""Tests; the folders mirror the packages and have no ``__init__.py`` of their own."""
