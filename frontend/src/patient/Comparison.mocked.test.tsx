import { screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { detectionWith, imageWith, lesionWith } from "@/testing/records";
import { show } from "@/testing/show";
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

const IMAGES = [
  imageWith({ id: "newest", captured_at: "2026-03-14T09:00:00Z" }),
  imageWith({ id: "before", captured_at: "2025-09-02T09:00:00Z" }),
  imageWith({ id: "oldest", captured_at: "2024-05-06T09:00:00Z" }),
];

function sideOf(id: string | null) {
  const image = IMAGES.find((one) => one.id === id) ?? imageWith();
  return { image, detection: detectionWith({ image_id: image.id }) };
}

async function compare(answer?: Response) {
  const asked = fakeGateway({
    "GET /api/lesions/l-1/compare":
      answer ??
      (({ query }) => ({
        lesion: lesionWith(),
        left: sideOf(query.get("left")),
        right: sideOf(query.get("right")),
      })),
  });
  const onClose = vi.fn();
  const user = await show(<Comparison lesion={lesionWith()} images={IMAGES} onClose={onClose} />);
  return { asked, user, onClose };
}

const pairs = (asked: { path: string; query: URLSearchParams }[]) =>
  asked
    .filter(({ path }) => path.endsWith("/compare"))
    .map(({ query }) => [query.get("left"), query.get("right")]);

describe("the comparison of two photos", () => {
  it("begins with the newest at the right and the one before it at the left", async () => {
    const { asked } = await compare();
    expect(await screen.findAllByText("3%, threshold 22%")).toHaveLength(2);
    expect(pairs(asked)).toEqual([["before", "newest"]]);
    expect(screen.getByLabelText("Left")).toHaveValue("before");
    expect(screen.getByLabelText("Right")).toHaveValue("newest");
  });

  it("compares another photo when it is chosen", async () => {
    const { asked, user } = await compare();
    await user.selectOptions(screen.getByLabelText("Left"), "oldest");
    await expect.poll(() => pairs(asked).at(-1)).toEqual(["oldest", "newest"]);
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
