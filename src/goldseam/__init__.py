"""Goldseam (金缮): the after-sales workbench that repairs trust."""

__version__ = "0.1.0"
