"""The implementation of `make`: the real parts, the embedded control plane and the stack.

Standard library only: it runs before anything is installed.
"""
