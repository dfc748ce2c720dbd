"""`make compose-test`: docker-compose.yml on a real Docker engine, used as a clinic uses it."""
