"""Backends from DNS: the addresses of names, and the targets of services.

Needs dnspython (`pip install 'k8s-endpoints[dns]'`). Names are resolved when the program runs, and
not again until it runs again: for names whose addresses change at any time, use
`ExternalNameService`.
"""

from ._queries import addresses, services

__all__ = ["addresses", "services"]
