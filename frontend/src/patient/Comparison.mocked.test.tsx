import { screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import {
  detectionWith,
  imageWith,
  lesionWith,
  pageOf,
  patientWith,
  reviewWith,
} from "@/testing/records";
import { show } from "@/testing/show";
import { alignInWorker } from "./alignment/in_worker";
import type { Attempt } from "./alignment/find_alignment";
import { Comparison } from "./Comparison";

// It measures the page, which jsdom does not lay out.
vi.mock("@panzoom/panzoom", () => ({
  default: () => ({
    destroy() {},
    getPan: () => ({ x: 0, y: 0 }),
    getScale: () => 1,
    pan() {},
    reset() {},
    zoom() {},
    zoomWithWheel() {},
  }),
}));

// jsdom has no workers, and draws no pictures for one to look at.
vi.mock("./alignment/in_worker", () => ({ alignInWorker: vi.fn() }));

const IMAGES = [
  imageWith({ id: "newest", captured_at: "2026-03-14T09:00:00Z" }),
  imageWith({ id: "before", captured_at: "2025-09-02T09:00:00Z" }),
  imageWith({ id: "oldest", captured_at: "2024-05-06T09:00:00Z" }),
];

function sideOf(id: string | null) {
  const image = IMAGES.find((one) => one.id === id) ?? imageWith();
  const isOld = image.id !== "newest";
  return {
    image,
    detection: detectionWith({
      image_id: image.id,
      model: { name: "lesion", version: isOld ? "1.0.0" : "1.1.2" },
    }),
    review: isOld ? reviewWith({ verdict: "benign", note: "Regular network." }) : null,
  };
}

async function compare(
  answer?: Response,
  attempt: Attempt = { alignment: null, matches: 4 },
  path = "/",
) {
  vi.mocked(alignInWorker).mockResolvedValue(attempt);
  const asked = fakeGateway({
    "GET /api/patients/p-1": patientWith(),
    "GET /api/users/colleagues": pageOf(),
    ...Object.fromEntries(
      IMAGES.map(({ id }) => [`GET /api/images/${id}`, new Response("photo")] as const),
    ),
    "GET /api/lesions/l-1/compare":
      answer ??
      (({ query }) => ({
        lesion: lesionWith(),
        left: sideOf(query.get("left")),
        right: sideOf(query.get("right")),
      })),
  });
  const onClose = vi.fn();
  const comparison = <Comparison lesion={lesionWith()} images={IMAGES} onClose={onClose} />;
  const user = await show(comparison, { path });
  return { asked, user, onClose };
}

const pairs = (asked: { path: string; query: URLSearchParams }[]) =>
  asked
    .filter(({ path }) => path.endsWith("/compare"))
    .map(({ query }) => [query.get("left"), query.get("right")]);

const chosen = (side: string) =>
  within(screen.getByRole("group", { name: side })).getByRole("button", { pressed: true });

describe("the comparison of two photos", () => {
  it("says whose lesion it is, how long lies between, what stands, and that versions differ", async () => {
    await compare();
    expect(await screen.findByText("193 days apart")).toBeVisible();
    expect(screen.getByText(/Ingrid Solheim · left shoulder blade/)).toBeVisible();
    expect(screen.getByText(/1\.0\.0 on the left, 1\.1\.2 on the right/)).toBeVisible();
    expect(screen.getByText("Regular network.")).toBeVisible();
  });

  it("shows the photos in turns", async () => {
    const { user } = await compare();
    await screen.findByText("193 days apart");
    await user.click(screen.getByText("In turns"));
    expect(screen.getByText("Regular network.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Show the other" }));
    expect(screen.queryByText("Regular network.")).toBeNull();
  });

  it("begins with the newest at the right and the one before it at the left", async () => {
    const { asked } = await compare();
    expect(await screen.findAllByText(/%, threshold/)).toHaveLength(2);
    expect(pairs(asked)).toEqual([["before", "newest"]]);
    expect(chosen("Left")).toHaveAccessibleName(/Sep 2, 2025/);
    expect(chosen("Right")).toHaveAccessibleName(/Mar 14, 2026/);
  });

  it("compares another photo when its thumbnail is chosen", async () => {
    const { asked, user } = await compare();
    const left = within(screen.getByRole("group", { name: "Left" }));
    await user.click(left.getByRole("button", { name: /May 6, 2024/ }));
    await expect.poll(() => pairs(asked).at(-1)).toEqual(["oldest", "newest"]);
  });

  it("leads by keys to the oldest photo and back, with the focus on what is chosen", async () => {
    const { asked, user } = await compare();
    await expect.poll(() => chosen("Left")).toHaveFocus();
    await user.keyboard("{End}");
    await expect.poll(() => pairs(asked).at(-1)).toEqual(["oldest", "newest"]);
    await expect.poll(() => document.activeElement).toHaveAccessibleName(/May 6, 2024/);
    await user.keyboard("{ArrowLeft}");
    await expect.poll(() => document.activeElement).toHaveAccessibleName(/Sep 2, 2025/);
    await user.keyboard("{Home}");
    await expect.poll(() => pairs(asked).at(-1)).toEqual(["newest", "newest"]);
  });

  it("compares what the address names", async () => {
    const { asked } = await compare(undefined, undefined, "/?compare=oldest%20before");
    await expect.poll(() => pairs(asked)).toEqual([["oldest", "before"]]);
    expect(chosen("Right")).toHaveAccessibleName(/Sep 2, 2025/);
  });

  it("lays one over the other, with a slider between them", async () => {
    const { user } = await compare();
    expect(screen.queryByRole("slider")).not.toBeInTheDocument();
    await user.click(await screen.findByText("Overlaid"));
    const slider = await screen.findByRole("slider", {
      name: "How much of the left photo is shown",
    });
    expect(slider).toHaveAttribute("aria-valuenow", "50");
    slider.focus();
    await user.keyboard("{ArrowRight}");
    expect(slider).toHaveAttribute("aria-valuenow", "51");
  });

  it("shows them aligned with what is left between them, and as taken when that is turned off", async () => {
    const similarity = { a: 0.8, b: 0.6, dx: 12, dy: -7 };
    const { user } = await compare(undefined, {
      alignment: { similarity, residual: 3.06 },
      matches: 84,
    });
    expect(await screen.findByText(/84 matching points; residual 0\.4%/)).toBeVisible();
    expect(screen.getByRole("img", { name: /Sep 2, 2025.*aligned/ })).toBeVisible();
    await user.click(screen.getByRole("switch", { name: "Align the photos" }));
    expect(screen.queryByRole("img", { name: /aligned/ })).toBeNull();
  });

  it("says that photos can't be aligned when too few points match", async () => {
    await compare();
    expect(await screen.findByText(/too few points match \(4\)/)).toBeVisible();
    expect(screen.getByRole("switch", { name: "Align the photos" })).toBeDisabled();
  });

  it("says why it can't show them", async () => {
    await compare(refusal(404, "LESION_NOT_FOUND", "There is no such lesion in your clinic."));
    expect(await screen.findByRole("alert")).toBeVisible();
  });

  it("closes", async () => {
    const { user, onClose } = await compare();
    await user.keyboard("{Escape}");
    expect(onClose).toHaveBeenCalledOnce();
  });
});
