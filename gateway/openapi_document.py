"""The API's description as a file: `python -m gateway.openapi_document > frontend/openapi.json`.

The web client's types are made of it; a test compares it with the code.
"""

import json
import sys

from gateway.main import create_api
from gateway.settings import Settings


def document() -> str:
    """The OpenAPI document as JSON."""
    settings = Settings(environment="test", redis_url="redis://unused", service_secret="unused")  # noqa: S106
    return json.dumps(create_api(settings).openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
