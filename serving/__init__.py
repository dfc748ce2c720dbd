"""Model serving: classification and Grad-CAM in TorchServe, archives, releases, training.

The gateway imports `contract` and `archives` only, which need no torch.
"""
