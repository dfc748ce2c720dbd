"""Regeneration: the live version is fetched and loaded anew beside itself, then takes its place.

For when the archives on a replica's disk, or its workers, are not to be trusted any more. Nobody
who asks for a prediction notices. No torch.
"""

from pydantic import BaseModel, ConfigDict


class RegenerationRequest(BaseModel):
    """Somebody wants it done on every replica; `id` tells two requests apart."""

    model_config = ConfigDict(frozen=True)

    id: str


class Regeneration(BaseModel):
    """How the latest one went on one replica. `error` is empty where it went well."""

    model_config = ConfigDict(frozen=True)

    request: RegenerationRequest
    error: str = ""
