from tests.support.fixtures import cluster, namespace, new_stack, provider, stack

__all__ = ["cluster", "namespace", "new_stack", "provider", "stack"]
