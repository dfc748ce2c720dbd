import { screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { fakeGateway } from "@/testing/gateway";
import { detectionWith, pageOf, reviewWith } from "@/testing/records";
import { show } from "@/testing/show";
import { ClinicFigures } from "./ClinicFigures";

beforeEach(() => {
  // jsdom lays nothing out: everything is in sight at once.
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      constructor(private readonly tell: IntersectionObserverCallback) {}
      observe() {
        const entry = { isIntersecting: true } as IntersectionObserverEntry;
        this.tell([entry], this as unknown as IntersectionObserver);
      }
      disconnect() {}
      unobserve() {}
    },
  );
});

it("says how often verdicts agree, how long they took and what they found", async () => {
  const at = new Date(Date.now() - 3 * 86_400_000);
  const given_on = {
    detection_id: "d-1",
    model_name: "lesion",
    model_version: "1.1.2",
    label: "malignant",
    probability_malignant: 0.8,
    assessable: true,
  } as const;
  fakeGateway({
    "GET /api/worklist/detections": pageOf({
      detection: detectionWith({ created_at: at.toISOString(), finished_at: at.toISOString() }),
      full_name: "Ingrid Solheim",
      record_number: "H-2041",
      review: reviewWith({
        verdict: "malignant",
        given_on,
        created_at: new Date(at.getTime() + 5 * 3_600_000).toISOString(),
      }),
    }),
  });
  await show(<ClinicFigures />);
  expect(await screen.findByText("agreement with the model, in 1 verdict")).toBeVisible();
  expect(screen.getByText("100%")).toBeVisible();
  expect(screen.getAllByText("5 h")[0]).toBeVisible();
  expect(screen.getByRole("region", { name: "The last weeks" })).toBeVisible();
});
