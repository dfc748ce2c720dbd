import { renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Schemas } from "@/api/client";
import { imageWith } from "@/testing/records";
import { useArrivals } from "./useArrivals";

const handoffWith = (photos: number): Schemas["Handoff"] => ({
  id: "h-1",
  lesion_id: "l-1",
  expires_at: "2026-05-02T10:10:00Z",
  claimed_at: "2026-05-02T10:00:00Z",
  agent: "Phone",
  photos,
});
const OLD = [imageWith({ id: "i-1" })];

interface Seen {
  open: Schemas["Handoff"] | null;
  images: Schemas["Image"][];
}

function follow(initialProps: Seen) {
  const refresh = vi.fn();
  const onArrival = vi.fn();
  const { rerender } = renderHook(
    ({ open, images }: Seen) => useArrivals(open, images, { refresh, onArrival }),
    { initialProps },
  );
  return { refresh, onArrival, rerender };
}

it("reads the photos when one has come, and shows it", () => {
  const { refresh, onArrival, rerender } = follow({ open: handoffWith(0), images: OLD });
  expect(refresh).not.toHaveBeenCalled();
  rerender({ open: handoffWith(1), images: OLD });
  expect(refresh).toHaveBeenCalledTimes(1);
  rerender({ open: handoffWith(1), images: [imageWith({ id: "i-2" }), ...OLD] });
  expect(onArrival).toHaveBeenCalledExactlyOnceWith("i-2");
});

it("reads them once more when the hand-off ends", () => {
  const { refresh, rerender } = follow({ open: handoffWith(0), images: OLD });
  rerender({ open: null, images: OLD });
  expect(refresh).toHaveBeenCalledTimes(1);
});

it("shows nothing by itself while no phone is connected", () => {
  const { onArrival, rerender } = follow({ open: null, images: OLD });
  rerender({ open: null, images: [imageWith({ id: "i-2" }), ...OLD] });
  expect(onArrival).not.toHaveBeenCalled();
});
