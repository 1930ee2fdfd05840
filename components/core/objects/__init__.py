"""The manifests of objects, rendered from checked values."""
