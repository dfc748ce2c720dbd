import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { lesionWith } from "@/testing/records";
import { address, show } from "@/testing/show";
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

async function showMap({
  language = "en",
  lesions = LESIONS,
  path = "/",
  birthDate = "1961-04-30",
}: {
  language?: "en" | "de";
  lesions?: typeof LESIONS;
  path?: string;
  birthDate?: string;
} = {}) {
  const onChoose = vi.fn();
  const onAdd = vi.fn();
  const onMove = vi.fn();
  const user = await show(
    <BodyMap
      lesions={lesions}
      zones={new Map([["l-1", "above"]])}
      {...{ birthDate, onChoose, onAdd, onMove }}
    />,
    { language, path },
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

  it("shows a region large by a press on it, and offers a new lesion where that is pressed", async () => {
    const { user, onAdd } = await showMap();
    const back = screen.getByRole("group", { name: "Back" });
    vi.spyOn(back, "getBoundingClientRect").mockReturnValue(new DOMRect(10, 20, 200, 424));
    fireEvent.click(back, { clientX: 100, clientY: 126 });
    expect(onAdd).not.toHaveBeenCalled();
    expect(address()).toBe("/?place=back%3Aupper_back.left");
    expect(screen.getByRole("status")).toHaveTextContent(
      "Upper back, left is shown large, with 1 lesion.",
    );
    expect(screen.queryByRole("group", { name: "Front" })).not.toBeInTheDocument();
    const large = screen.getByRole("group", { name: "Back" });
    const [x, y, width, height] = (large.getAttribute("viewBox") ?? "").split(" ").map(Number);
    vi.spyOn(large, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, width, height));
    fireEvent.click(large, { clientX: 45 - (x ?? 0), clientY: 53 - (y ?? 0) });
    expect(onAdd).toHaveBeenCalledExactlyOnceWith({
      place: { region: "upper_back", side: "left" },
      position: { view: "back", x: 0.45, y: 0.25 },
    });
    await user.click(screen.getByRole("button", { name: "Whole body" }));
    expect(screen.getByRole("group", { name: "Front" })).toBeVisible();
  });

  it("shows soles, palms and the sides of the head, each large by a press on it", async () => {
    await showMap();
    for (const name of ["Head, right", "Head, left", "Palms", "Soles"]) {
      expect(screen.getByRole("group", { name })).toBeVisible();
    }
    fireEvent.click(screen.getByRole("group", { name: "Soles" }));
    expect(address()).toBe("/?place=soles");
    expect(screen.queryByRole("group", { name: "Palms" })).not.toBeInTheDocument();
  });

  it.each([
    ["1961-04-30", "Adult"],
    [`${new Date().getFullYear() - 4}-01-01`, "Child"],
  ])("draws who was born on %s as: %s", async (birthDate, figure) => {
    const { user } = await showMap({ birthDate });
    expect(screen.getByRole("radio", { name: figure })).toBeChecked();
    const other = figure === "Adult" ? "Child" : "Adult";
    await user.click(screen.getByRole("radio", { name: other }));
    expect(screen.getByRole("radio", { name: other })).toBeChecked();
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
    vi.spyOn(back, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 200, 424));
    const pin = screen.getByRole("button", { name: /^Lesion 1/ });
    fireEvent.pointerDown(pin, { clientX: 80, clientY: 100, pointerId: 1 });
    fireEvent.pointerMove(pin, { clientX: 100, clientY: 142.4, pointerId: 1 });
    fireEvent.pointerUp(pin, { clientX: 100, clientY: 142.4, pointerId: 1 });
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
    const { user, onChoose, onAdd } = await showMap({ lesions: near });
    await user.click(screen.getByRole("button", { name: "2 lesions close together" }));
    await user.click(await screen.findByRole("menuitem", { name: "2. mole 1" }));
    expect(onChoose).toHaveBeenCalledExactlyOnceWith("n-1");
    expect(onAdd).not.toHaveBeenCalled();
  });

  it("is named in German", async () => {
    await showMap({ language: "de" });
    expect(screen.getByRole("group", { name: "Vorne" })).toBeVisible();
    expect(screen.getByRole("button", { name: "Hautveränderung 3 chest" })).toBeVisible();
  });
});
