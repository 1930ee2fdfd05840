"""Components that lead requests from outside to Services."""
