import { screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fakeGateway } from "@/testing/gateway";
import { detectionWith, imageWith } from "@/testing/records";
import { show } from "@/testing/show";
import { PhotoViewer } from "./PhotoViewer";

// Zooming needs a browser that lays out pages.
vi.mock("./ZoomFrame", () => ({
  ZoomFrame: ({ children, tools }: { children: ReactNode; tools: (zoom: object) => ReactNode }) => (
    <div>
      {children}
      {tools({})}
    </div>
  ),
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
      <PhotoViewer image={WIDE} name="mole" detection={detectionWith({ seen })} />,
    );
    expect(await screen.findByRole("img", { name: "mole" })).toBeVisible();
    expect(frame()).toHaveAttribute("x", "0");
    expect(frame()).toHaveAttribute("width", "900");
    await user.click(screen.getByRole("button", { name: "Frame: what the model looked at" }));
    expect(frame()).toBeUndefined();
  });

  it("carries it in the middle for an older answer, and also where it can't be assessed", async () => {
    const detection = detectionWith({ seen: null, assessable: false });
    await show(<PhotoViewer image={WIDE} name="mole" detection={detection} />);
    expect(await screen.findByRole("img", { name: "mole" })).toBeVisible();
    expect(frame()).toHaveAttribute("x", "350");
    expect(screen.queryByRole("slider")).not.toBeInTheDocument();
  });

  it("carries none before the model has looked", async () => {
    await show(<PhotoViewer image={WIDE} name="mole" detection={null} />);
    expect(await screen.findByRole("img", { name: "mole" })).toBeVisible();
    expect(frame()).toBeUndefined();
    expect(screen.queryByRole("button", { name: /^Frame/ })).not.toBeInTheDocument();
  });

  it("shows its heatmap only when asked, by the key H, as strong as it was last time", async () => {
    const user = await show(<PhotoViewer image={WIDE} name="mole" detection={detectionWith()} />);
    expect(await screen.findByRole("img", { name: "mole" })).toBeVisible();
    const map = () => screen.queryByRole("img", { name: "Where the model looked" });
    expect(map()).not.toBeInTheDocument();
    await user.keyboard("h");
    await waitFor(() => expect(map()).toBeVisible());
    screen.getByRole("slider", { name: "Heatmap strength" }).focus();
    await user.keyboard("{Home}");
    expect(map()).toHaveStyle({ opacity: 0 });
    expect(localStorage.getItem("dermis.heatmap-opacity")).toBe("0");
    screen.getByRole("slider", { name: "Heatmap strength" }).blur();
    await user.keyboard("h");
    expect(map()).not.toBeInTheDocument();
  });
});
