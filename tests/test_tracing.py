"""One diagnosis is one tree of spans, from the browser's request down to TorchServe's worker.

A system of its own that exports its spans: `make test-trace`.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as pb_grpc
from playwright.async_api import Page, async_playwright, expect

from local_stack.api_client import Clinician
from local_stack.mailbox import Mailbox
from local_stack.stack import running
from serving import examples
from tests.browser.conftest import ARGUMENTS, CHROMIUM, context_of, take_session_along
from tests.conftest import SETTINGS, new_sign_in, profile, until_model_is_live

SPANS_ARRIVE_SECONDS = 120
PHOTO = examples.read()[0].path


@dataclass(frozen=True)
class Span:
    """What the collector was told of one step."""

    service: str
    name: str
    trace: str
    id: str
    parent: str


class Collector(pb_grpc.TraceServiceServicer):
    """Keeps what services export, as an OpenTelemetry collector takes it."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    async def Export(self, request: Any, context: Any) -> pb.ExportTraceServiceResponse:
        for resource in request.resource_spans:
            named = {a.key: a.value.string_value for a in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [
                    Span(
                        named["service.name"],
                        span.name,
                        span.trace_id.hex(),
                        span.span_id.hex(),
                        span.parent_span_id.hex(),
                    )
                    for span in scope.spans
                ]
        return pb.ExportTraceServiceResponse()

    def tree(self, trace: str, parent: str, depth: int = 0) -> list[str]:
        """The spans under one, each line a span, indented by depth."""
        lines = []
        for span in sorted(self._under(trace, parent), key=lambda span: (span.service, span.name)):
            lines.append(f"{'  ' * depth}{span.service}: {span.name}")
            lines += self.tree(trace, span.id, depth + 1)
        return lines

    def _under(self, trace: str, parent: str) -> list[Span]:
        """A span's children; FastAPI's own spans stand aside for what happens inside them."""
        found = []
        for span in self.spans:
            if (span.trace, span.parent) == (trace, parent):
                framework = span.name.startswith("fastapi.")
                found += self._under(trace, span.id) if framework else [span]
        return found


@pytest.fixture
async def collector(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    collector, server = Collector(), grpc.aio.server()
    pb_grpc.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    monkeypatch.setenv("OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    yield collector
    await server.stop(None)


@pytest.mark.stack
@pytest.mark.timeout(400)
async def trace_one_diagnosis_is_one_tree_from_the_browser_on(
    collector: Collector, tmp_path: Path
) -> None:
    async with running(tmp_path, settings=SETTINGS) as stack, async_playwright() as playwright:
        await until_model_is_live(stack)
        async with Clinician(stack.url, Mailbox(stack.mails)) as clinician:
            known = new_sign_in()
            await clinician.register(known, full_name="Noor Haddad", clinic="Followed")
            await clinician.sign_in(known, keep=lambda _: None)
            patient = await clinician.add_patient(profile())
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            async with context_of(browser, stack) as context:
                await take_session_along(context, clinician)
                trace, root = await _diagnosed_at(await context.new_page(), patient)
            await browser.close()
        expected = [
            "gateway: POST /predict/upload/{patient_id}",
            "  gateway: predict",
            "    torchserve: answer a photo",
            "  patient_service: dermis.patient.v1.DetectionService/RecordDetection",
            "  patient_service: dermis.patient.v1.ImageService/AddImage",
        ]
        ends = time.monotonic() + SPANS_ARRIVE_SECONDS
        while collector.tree(trace, root) != expected and time.monotonic() < ends:
            await asyncio.sleep(0.2)
        assert collector.tree(trace, root) == expected
    shown = ["browser: upload", *(f"  {line}" for line in collector.tree(trace, root))]
    print("\n".join(shown))  # noqa: T201  what an operator would see


async def _diagnosed_at(page: Page, patient: str) -> tuple[str, str]:
    """Upload a photo at the client; the trace and the span that its request was sent with."""
    await page.goto(f"/patient/{patient}")
    await page.get_by_role("group", name="Back", exact=True).click(position={"x": 62, "y": 80})
    await page.get_by_role("group", name="Back", exact=True).click(position={"x": 150, "y": 200})
    await page.get_by_label("Description").fill("left shoulder blade")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("No photos yet")).to_be_visible()
    async with page.expect_response("**/api/predict/upload/**") as answered:
        await page.locator("input[type=file]").first.set_input_files(PHOTO)
    answer = await answered.value
    assert answer.status == 201
    _, trace, root, _ = (await answer.request.all_headers())["traceparent"].split("-")
    return trace, root
