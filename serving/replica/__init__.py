"""The follower: brings the TorchServe beside it to what the release log asks for."""
