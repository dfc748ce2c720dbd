"""What every Dermis service is built from; it knows nothing of skin, patients or models.

But for the names of refusals: docs/decisions/0030-one-catalogue-of-refusals.md.
"""
