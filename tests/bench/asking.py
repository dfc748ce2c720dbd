"""How benches ask a TorchServe of their own."""

from collections.abc import Awaitable, Callable

from local_stack.components.torchserve import TorchServe
from serving.archives.archive import CheckedArchive
from serving.contract.torchserve import InferenceClient
from serving.replica.torchserve.management import ManagementClient

DEADLINE_SECONDS = 20

Ask = Callable[[bytes], Awaitable[None]]


def asking(
    server: TorchServe,
    management: ManagementClient,
    inference: InferenceClient,
    archive: CheckedArchive,
) -> Ask:
    """Sends a photo to the archive's version and waits for the answer."""

    async def ask(photo: bytes) -> None:
        await inference.predict(
            server.inference_address,
            management.token("inference"),
            model=archive.card.name,
            version=archive.card.version,
            image=photo,
            seconds=DEADLINE_SECONDS,
        )

    return ask
