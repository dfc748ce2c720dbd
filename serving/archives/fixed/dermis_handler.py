"""The handler in every Dermis archive: only the way to the code that Dermis ships."""

from serving.handler import LesionHandler


class DermisHandler(LesionHandler):
    """TorchServe looks for one class defined in this very file."""
