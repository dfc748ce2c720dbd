"""From folders of labelled photos to a model and an honest card. Not part of any service."""
