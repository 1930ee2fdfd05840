"""Components that route requests from outside the cluster to Services."""
