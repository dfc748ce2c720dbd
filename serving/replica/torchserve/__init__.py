"""The TorchServe beside a follower: how it is started, and versions loaded, probed, measured."""
