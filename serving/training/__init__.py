"""From folders of labelled photos to a trained model and an archive. Not part of any service."""
