from tests.support.fixtures import cluster, follow, namespace, new_stack, provider, stack

__all__ = ["cluster", "follow", "namespace", "new_stack", "provider", "stack"]
