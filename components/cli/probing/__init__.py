"""Connects to the backends of a Service, from here or from a Pod."""

from .plan import Target, plan
from .probe_report import write_json, write_text
from .progress import Progress

__all__ = ["Progress", "Target", "plan", "write_json", "write_text"]
"""`connections` is not imported here: it is a program that is sent to a Pod."""
