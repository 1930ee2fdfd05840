"""Helpers for unit tests of programs that use these components: no engine, no cluster."""

from .mocks import KubernetesMocks
from .render import render

__all__ = ["KubernetesMocks", "render"]
