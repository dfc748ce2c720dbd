"""What the gateway and followers share: releases, replicas, TorchServe's client. No torch."""
