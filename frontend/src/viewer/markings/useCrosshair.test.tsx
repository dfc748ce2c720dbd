import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { photoFrame } from "./photo_frame";
import { useCrosshair } from "./useCrosshair";
import { useDraft } from "./useDraft";
import type { Tool } from "./useDrawing";

const PHOTO = { width: 800, height: 600 };

function Surface({
  tool,
  turns = 0,
  onDone,
}: {
  tool: Tool | null;
  turns?: number;
  onDone: (tool: Tool, points: object[]) => void;
}) {
  const frame = photoFrame(PHOTO, { left: 0, top: 0, ...PHOTO }, turns);
  const draft = useDraft(tool, frame, onDone);
  const seen = { ...PHOTO, frame, left: 0, right: PHOTO.width };
  const crosshair = useCrosshair(tool !== null, seen, draft.keys);
  return (
    <button type="button" onKeyDown={crosshair.onKeyDown}>
      {crosshair.at && `${Math.round(crosshair.at.x)} ${Math.round(crosshair.at.y)}`}
    </button>
  );
}

function draw(tool: Tool | null, turns = 0) {
  const onDone = vi.fn();
  render(<Surface {...{ tool, turns, onDone }} />);
  const surface = screen.getByRole("button");
  const press = (key: string, times = 1, shiftKey = false) => {
    for (let time = 0; time < times; time++) fireEvent.keyDown(surface, { key, shiftKey });
  };
  return { surface, press, onDone };
}

describe("drawing by keys", () => {
  it("sets the ends of a length where the crosshair is", () => {
    const { press, onDone } = draw("length");
    press("Enter");
    press("ArrowRight", 10);
    press("ArrowDown", 1, true);
    press("Enter");
    expect(onDone).toHaveBeenCalledExactlyOnceWith("length", [
      { x: 400, y: 300 },
      { x: 420, y: 324 },
    ]);
  });

  it("sets no second end where the first one is", () => {
    const { press, onDone } = draw("length");
    press("Enter", 3);
    expect(onDone).not.toHaveBeenCalled();
  });

  it("closes an outline with Enter where its last corner is", () => {
    const { press, onDone } = draw("outline");
    press("Enter");
    press("ArrowRight", 4, true);
    press("Enter");
    press("ArrowDown", 4, true);
    press("Enter", 2);
    expect(onDone).toHaveBeenCalledOnce();
    expect(onDone.mock.calls[0]?.[1]).toHaveLength(3);
  });

  it("takes the last point back with Backspace", () => {
    const { press, onDone } = draw("angle");
    press("Enter");
    press("ArrowRight", 4, true);
    press("Enter");
    press("Backspace");
    press("ArrowDown", 4, true);
    press("Enter");
    expect(onDone).not.toHaveBeenCalled();
    press("ArrowLeft", 4, true);
    press(" ");
    expect(onDone).toHaveBeenCalledOnce();
  });

  it("moves as the photo is seen, also when it is turned", () => {
    const { surface, press } = draw("length", 1);
    press("ArrowRight", 1, true);
    // Right on the screen is up on a photo that was turned by a quarter.
    expect(surface).toHaveTextContent(/^400 (26|27)/);
  });

  it("stays on the photo", () => {
    const { surface, press } = draw("length");
    press("ArrowLeft", 100, true);
    expect(surface).toHaveTextContent("0 300");
  });

  it("leaves keys alone while nothing is drawn", () => {
    const { surface, press } = draw(null);
    press("ArrowRight");
    expect(surface).toBeEmptyDOMElement();
  });
});
