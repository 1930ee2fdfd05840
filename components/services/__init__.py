"""Components that declare Services."""
