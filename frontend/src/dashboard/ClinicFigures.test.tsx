import { screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { fakeGateway } from "@/testing/gateway";
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
  const figures = { images: 1, verdicts: 1, agreed: 1, malignant: 1, hours: 5 };
  fakeGateway({
    "GET /api/worklist/figures": {
      all: figures,
      weeks: [
        {
          since: "2026-03-01T08:00:00Z",
          figures: { images: 0, verdicts: 0, agreed: 0, malignant: 0, hours: null },
        },
        { since: "2026-03-08T08:00:00Z", figures },
      ],
      is_cut: false,
    },
  });
  await show(<ClinicFigures />);
  expect(await screen.findByText("agreement with the model, in 1 verdict")).toBeVisible();
  expect(screen.getByText("100%")).toBeVisible();
  expect(screen.getAllByText("5 h")[0]).toBeVisible();
  expect(screen.getByText("Of 1 assessed photo, archived patients included.")).toBeVisible();
  expect(screen.getByRole("region", { name: "The last weeks" })).toBeVisible();
});
