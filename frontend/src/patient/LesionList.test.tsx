import { screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { lesionWith } from "@/testing/records";
import { show } from "@/testing/show";
import { LesionList } from "./LesionList";
import type { Shelf } from "./queries";

const LESIONS = [
  lesionWith({ id: "l-1", image_count: 1 }),
  lesionWith({ id: "l-2", label: "", body_site: null, status: "excised", image_count: 4 }),
];

async function showList(shelf: Shelf | null = null) {
  const onChoose = vi.fn();
  const onAdd = vi.fn();
  const user = await show(
    <LesionList lesions={LESIONS} shelf={shelf} onChoose={onChoose} onAdd={onAdd} />,
  );
  return { user, onChoose, onAdd };
}

describe("the list of lesions", () => {
  it("says of each where it is, what became of it and how many photos there are", async () => {
    await showList();
    expect(screen.getByText("Back of the torso · 1 photo")).toBeVisible();
    expect(screen.getByText("Excised · 4 photos")).toBeVisible();
    expect(screen.getByText("Unnamed lesion")).toBeVisible();
  });

  it("marks what is chosen", async () => {
    await showList("unsorted");
    expect(screen.getByRole("button", { current: true })).toHaveTextContent("Unsorted photos");
  });

  it("chooses a lesion, the unsorted tray, or a new lesion", async () => {
    const { user, onChoose, onAdd } = await showList({ lesionId: "l-1" });
    await user.click(screen.getByRole("button", { name: /Unnamed lesion/ }));
    expect(onChoose).toHaveBeenLastCalledWith({ lesionId: "l-2" });
    await user.click(screen.getByRole("button", { name: "Unsorted photos" }));
    expect(onChoose).toHaveBeenLastCalledWith("unsorted");
    await user.click(screen.getByRole("button", { name: "Add a lesion" }));
    expect(onAdd).toHaveBeenCalledOnce();
  });
});
