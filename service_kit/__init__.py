"""What every Dermis service is built from; it knows nothing of skin, patients or models."""
