"""What needs PyTorch beside training: architectures by name, eager mode, and exports to ONNX.

Nothing that serves imports this, except for archives that hold no graph.
"""
