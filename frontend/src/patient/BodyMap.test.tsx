import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { lesionWith } from "@/testing/records";
import { show } from "@/testing/show";
import { BodyMap } from "./BodyMap";

const LESIONS = [
  lesionWith({
    id: "l-1",
    label: "left shoulder blade",
    position: { view: "back", x: 0.4, y: 0.25 },
  }),
  lesionWith({ id: "l-2", label: "somewhere", position: null }),
  lesionWith({ id: "l-3", label: "chest", position: { view: "front", x: 0.5, y: 0.3 } }),
];

async function showMap(language: "en" | "de" = "en", lesions = LESIONS) {
  const onChoose = vi.fn();
  const onAdd = vi.fn();
  const onMove = vi.fn();
  const user = await show(
    <BodyMap
      lesions={lesions}
      zones={new Map([["l-1", "above"]])}
      chosen="l-3"
      {...{ onChoose, onAdd, onMove }}
    />,
    { language },
  );
  return { user, onChoose, onAdd, onMove };
}

describe("the body map", () => {
  it("shows each lesion on its side, numbered as in the list", async () => {
    await showMap();
    const front = screen.getByRole("group", { name: "Front" });
    const back = screen.getByRole("group", { name: "Back" });
    expect(
      within(front)
        .getAllByRole("button")
        .map((marker) => marker.ariaLabel),
    ).toEqual(["Lesion 3 chest"]);
    expect(
      within(back)
        .getAllByRole("button")
        .map((marker) => marker.ariaLabel),
    ).toEqual(["Lesion 1 left shoulder blade, Above the threshold"]);
  });

  it("marks the chosen lesion", async () => {
    await showMap();
    expect(screen.getByRole("button", { name: "Lesion 3 chest" })).toBePressed();
    expect(screen.getByRole("button", { name: /^Lesion 1/ })).not.toBePressed();
  });

  it("chooses a lesion by a press on its number, and adds none there", async () => {
    const { user, onChoose, onAdd } = await showMap();
    await user.click(screen.getByRole("button", { name: /^Lesion 1/ }));
    expect(onChoose).toHaveBeenCalledExactlyOnceWith("l-1");
    expect(onAdd).not.toHaveBeenCalled();
  });

  it.each(["{Enter}", " "])("chooses a lesion by the key %j", async (key) => {
    const { user, onChoose } = await showMap();
    screen.getByRole("button", { name: /^Lesion 1/ }).focus();
    await user.keyboard(key);
    expect(onChoose).toHaveBeenCalledExactlyOnceWith("l-1");
  });

  it("offers a new lesion where the skin is pressed", async () => {
    const { onAdd } = await showMap();
    const back = screen.getByRole("group", { name: "Back" });
    vi.spyOn(back, "getBoundingClientRect").mockReturnValue(new DOMRect(10, 20, 200, 400));
    fireEvent.click(back, { clientX: 110, clientY: 120 });
    expect(onAdd).toHaveBeenCalledExactlyOnceWith({ view: "back", x: 0.5, y: 0.25 });
  });

  it("pushes a lesion with the arrow keys, and puts it there only with Enter", async () => {
    const { user, onMove, onChoose } = await showMap();
    screen.getByRole("button", { name: /^Lesion 1/ }).focus();
    await user.keyboard("{ArrowRight}{ArrowDown}{Escape}{ArrowLeft}{ArrowUp}");
    expect(onMove).not.toHaveBeenCalled();
    await user.keyboard("{Enter}");
    expect(onMove).toHaveBeenCalledExactlyOnceWith("l-1", { view: "back", x: 0.39, y: 0.24 });
    expect(onChoose).not.toHaveBeenCalled();
  });

  it("puts a lesion where it is dragged to, and does not open it", async () => {
    const { onMove, onChoose, onAdd } = await showMap();
    const back = screen.getByRole("group", { name: "Back" });
    vi.spyOn(back, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 200, 400));
    const pin = screen.getByRole("button", { name: /^Lesion 1/ });
    fireEvent.pointerDown(pin, { clientX: 80, clientY: 100, pointerId: 1 });
    fireEvent.pointerMove(pin, { clientX: 100, clientY: 140, pointerId: 1 });
    fireEvent.pointerUp(pin, { clientX: 100, clientY: 140, pointerId: 1 });
    fireEvent.click(pin);
    expect(onMove).toHaveBeenCalledExactlyOnceWith("l-1", { view: "back", x: 0.5, y: 0.35 });
    expect(onChoose).not.toHaveBeenCalled();
    expect(onAdd).not.toHaveBeenCalled();
  });

  it("lists lesions that lie too near each other to be pressed apart", async () => {
    const near = [0.4, 0.42].map((x, index) =>
      lesionWith({
        id: `n-${index}`,
        label: `mole ${index}`,
        position: { view: "back", x, y: 0.3 },
      }),
    );
    const { user, onChoose, onAdd } = await showMap("en", near);
    await user.click(screen.getByRole("button", { name: "2 lesions close together" }));
    await user.click(await screen.findByRole("menuitem", { name: "2. mole 1" }));
    expect(onChoose).toHaveBeenCalledExactlyOnceWith("n-1");
    expect(onAdd).not.toHaveBeenCalled();
  });

  it("is named in German", async () => {
    await showMap("de");
    expect(screen.getByRole("group", { name: "Vorne" })).toBeVisible();
    expect(screen.getByRole("button", { name: "Hautveränderung 3 chest" })).toBeVisible();
  });
});
