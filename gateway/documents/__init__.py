"""Pages that are generated from the code: python -m gateway.documents.<page>."""
