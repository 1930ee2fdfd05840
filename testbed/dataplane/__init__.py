"""A node that carries the traffic of Services, in network namespaces."""
