"""The API's description as a file: `python -m gateway.documents.openapi > frontend/openapi.json`.

The web client's types are made of it; a test compares it with the code.
"""

import json
import sys

from gateway.api import described_api


def document() -> str:
    """The OpenAPI document as JSON."""
    return json.dumps(described_api().openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
