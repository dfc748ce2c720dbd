"""What the gateway and the followers share: releases, trials, TorchServe's client. No torch."""
