"""Backends from DNS: the addresses of names, and the targets of services.

Needs dnspython (`pip install 'k8s-endpoints[dns]'`). Names are resolved only when the program runs.
For names whose addresses may change at any time, use `ExternalNameService`.
"""

from ._queries import addresses, services

__all__ = ["addresses", "services"]
