"""Classification and Grad-CAM inside TorchServe; archives, releases, training.

`archive`, `releases` and `torchserve` are shared with the gateway and import no torch.
"""
