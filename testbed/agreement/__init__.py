"""Compares `components.validation` with a real kube-apiserver, on generated manifests."""
