import { screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fakeGateway } from "@/testing/gateway";
import { detectionWith, imageWith } from "@/testing/records";
import { show } from "@/testing/show";
import { ImageViewer } from "./ImageViewer";

// Zooming needs a browser that lays out pages.
vi.mock("./ZoomFrame", () => ({
  ZoomFrame: ({ children }: { children: ReactNode }) => <div>{children}</div>,
}));

const PICTURE = () => new Response("pixels");
const WIDE = imageWith({ width: 1600, height: 900 });
const frame = () =>
  screen.queryByRole("img", { name: "Frame: what the model looked at" })?.querySelector("rect");

describe("the photo", () => {
  beforeEach(() => {
    fakeGateway({
      "GET /api/images/i-1": PICTURE,
      "GET /api/detections/d-1/heatmap.png": PICTURE,
    });
  });

  it("carries the frame of what the model looked at, which can be put away", async () => {
    const seen = { left: 0, top: 0, width: 0.5625, height: 1 };
    const user = await show(
      <ImageViewer image={WIDE} name="mole" detection={detectionWith({ seen })} />,
    );
    expect(await screen.findByRole("img", { name: "mole" })).toBeVisible();
    expect(frame()).toHaveAttribute("x", "0");
    expect(frame()).toHaveAttribute("width", "900");
    await user.click(screen.getByRole("switch"));
    expect(frame()).toBeUndefined();
    expect(await screen.findByRole("img", { name: "Where the model looked" })).toBeVisible();
  });

  it("carries it in the middle for an older answer, and also where it can't be assessed", async () => {
    const detection = detectionWith({ seen: null, assessable: false });
    await show(<ImageViewer image={WIDE} name="mole" detection={detection} />);
    expect(await screen.findByRole("img", { name: "mole" })).toBeVisible();
    expect(frame()).toHaveAttribute("x", "350");
    expect(screen.queryByRole("slider")).not.toBeInTheDocument();
  });

  it("carries none before the model has looked", async () => {
    await show(<ImageViewer image={WIDE} name="mole" detection={null} />);
    expect(await screen.findByRole("img", { name: "mole" })).toBeVisible();
    expect(frame()).toBeUndefined();
    expect(screen.queryByRole("switch")).not.toBeInTheDocument();
  });
});
