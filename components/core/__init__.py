"""The pure core: addresses, ports, slicing and rendering of objects over plain values.

Nothing here imports Pulumi, touches the network or reads a clock, so all of it can be called and
tested without a stack.
"""
