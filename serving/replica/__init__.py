"""The follower: keeps the TorchServe beside it at what the release log asks for."""
