"""Compares `components.core.validation` with a real kube-apiserver, on generated manifests."""
