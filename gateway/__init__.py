"""REST for web clients, and the orchestration of a diagnosis."""
