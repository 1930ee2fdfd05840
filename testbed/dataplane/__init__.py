"""A node that forwards the traffic of Services, in network namespaces."""
