"""The model: versions, candidates, the replicas that serve them."""
