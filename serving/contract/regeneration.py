"""Regeneration: the live version is fetched and loaded again beside itself, then switched to.

For when a replica's archives on disk, or its workers, can no longer be trusted. Requests for
predictions don't notice. No torch.
"""

from pydantic import BaseModel, ConfigDict


class RegenerationRequest(BaseModel):
    """A request to every replica; `id` tells two requests apart."""

    model_config = ConfigDict(frozen=True)

    id: str


class Regeneration(BaseModel):
    """The latest result on one replica. `error` is empty where it succeeded."""

    model_config = ConfigDict(frozen=True)

    request: RegenerationRequest
    error: str = ""
