"""From folders of labelled photos to a model and its honest card. Not part of any service."""
