import { screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { lesionWith } from "@/testing/records";
import { address, show } from "@/testing/show";
import { BodyMap } from "./BodyMap";

const LESIONS = [
  lesionWith({
    id: "l-1",
    label: "mole",
    body_site: "head_neck",
    region: "cheek",
    side: "left",
    position: { view: "front", x: 0.56, y: 0.09 },
  }),
  lesionWith({ id: "l-2", label: "spot", position: { view: "front", x: 0.22, y: 0.4 } }),
  lesionWith({ id: "l-3", label: "unpinned", position: null, body_site: "oral_genital" }),
  lesionWith({ id: "l-4", label: "nowhere", position: null, body_site: null }),
];

async function showTree(language: "en" | "de" = "en", path = "/") {
  const onChoose = vi.fn();
  const onAdd = vi.fn();
  const user = await show(
    <BodyMap
      lesions={LESIONS}
      zones={
        new Map([
          ["l-1", "above"],
          ["l-2", "below"],
        ])
      }
      {...{ onChoose, onAdd }}
    />,
    { language, path },
  );
  const tree = screen.getByRole("tree");
  const item = (name: RegExp) => within(tree).getByRole("treeitem", { name });
  return { user, onChoose, onAdd, tree, item };
}

function expectNames(tree: HTMLElement, names: string[]) {
  const items = within(tree).getAllByRole("treeitem");
  names.forEach((name, place) => expect(items[place]).toHaveAccessibleName(name));
}

describe("the tree of the body", () => {
  it("says how many lesions each site has, and the worst zone among them", async () => {
    const { tree } = await showTree();
    expectNames(tree, [
      "Head and neck, 1 lesion, highest: Above the threshold",
      "Front of the torso",
      "Side of the torso",
      "Back of the torso",
      "Arm, 1 lesion, highest: Below the threshold",
      "Leg",
      "Palms and soles",
      "Mouth and genitals, 1 lesion",
      "Not stated, 1 lesion",
    ]);
  });

  it("is one stop for Tab, and gone through by arrows, Home, End and letters", async () => {
    const { user, tree, item } = await showTree();
    item(/^Head/).focus();
    await user.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}");
    expect(item(/^Front of the torso/)).toHaveFocus();
    await user.keyboard("{End}");
    expect(item(/^Not stated/)).toHaveFocus();
    await user.keyboard("{Home}{ArrowRight}");
    expect(item(/^Head/)).toHaveAttribute("aria-expanded", "true");
    await user.keyboard("{ArrowRight}");
    expect(item(/^Scalp, front/)).toHaveFocus();
    await user.keyboard("c");
    expect(item(/^Crown of the head/)).toHaveFocus();
    await user.keyboard("{ArrowLeft}");
    expect(item(/^Head/)).toHaveFocus();
    await user.keyboard("{ArrowLeft}");
    expect(item(/^Head/)).toHaveAttribute("aria-expanded", "false");
    const stops = within(tree)
      .getAllByRole("treeitem")
      .filter(({ tabIndex }) => tabIndex === 0);
    expect(stops).toEqual([item(/^Head/)]);
  });

  it("shows a place large with Enter, and opens a lesion in it", async () => {
    const { user, onChoose, item } = await showTree();
    item(/^Head/).focus();
    await user.keyboard("{ArrowRight}");
    item(/^Cheek, left/).focus();
    await user.keyboard("{Enter}");
    expect(address()).toBe("/?place=front%3Acheek.left");
    expect(item(/^Cheek, left/)).toHaveFocus();
    expect(item(/^Cheek, left/)).toHaveAttribute("aria-selected", "true");
    expect(screen.getByRole("group", { name: "Front" })).toBeVisible();
    expect(screen.queryByRole("group", { name: "Back" })).not.toBeInTheDocument();
    await user.keyboard("{ArrowRight}{Enter}");
    expect(onChoose).toHaveBeenCalledExactlyOnceWith("l-1");
  });

  it("is open where the figure shows a place large, and lights up what has the focus", async () => {
    const { user, item } = await showTree("en", "/?place=front:forearm_front.right");
    const forearm = item(/^Forearm, inner side, right/);
    expect(forearm).toHaveAttribute("aria-selected", "true");
    expect(item(/^2\. spot/)).toHaveAttribute("aria-level", "3");
    await user.click(screen.getByRole("button", { name: "Whole body" }));
    expect(screen.queryByTestId("lit")).not.toBeInTheDocument();
    forearm.focus();
    expect(await screen.findAllByTestId("lit")).toHaveLength(1);
  });

  it("adds a lesion in the middle of a place, without a mouse", async () => {
    const { user, onAdd } = await showTree("en", "/?place=front:forearm_front.right");
    screen.getByRole("button", { name: "Add a lesion here" }).focus();
    await user.keyboard("{Enter}");
    expect(onAdd).toHaveBeenCalledExactlyOnceWith({
      place: { region: "forearm_front", side: "right" },
      position: { view: "front", x: 0.22, y: 0.415 },
    });
  });

  it("adds a lesion where no drawing shows the place", async () => {
    const { user, onAdd, item } = await showTree();
    item(/^Mouth/).focus();
    await user.keyboard("{ArrowRight}i{Enter}");
    expect(onAdd).toHaveBeenCalledExactlyOnceWith({ place: { region: "mouth", side: null } });
  });

  it("is read in German", async () => {
    const { tree } = await showTree("de");
    expectNames(tree, ["Kopf und Hals, 1 Hautveränderung, höchste: Über der Schwelle"]);
  });
});
