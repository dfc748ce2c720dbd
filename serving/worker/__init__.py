"""What runs inside a TorchServe worker behind the handler: the model, its export, its answers."""
