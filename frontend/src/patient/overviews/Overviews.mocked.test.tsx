import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Schemas } from "@/api/client";
import { fakeGateway, refusal } from "@/testing/gateway";
import { imageWith, lesionWith, pageOf, patientWith } from "@/testing/records";
import { address, show } from "@/testing/show";
import type { LesionFacts } from "../lesion_facts";
import { Overviews } from "./Overviews";

// jsdom lays nothing out, so there is nothing to zoom.
vi.mock("@panzoom/panzoom", () => ({
  default: () => ({ destroy() {}, setOptions() {}, getScale: () => 1, zoomWithWheel() {} }),
}));

const BACK = imageWith({
  id: "o-1",
  lesion_id: null,
  width: 1000,
  height: 500,
  overview: { body_site: "posterior_torso", region: null, side: null },
});
const CALF = imageWith({
  id: "o-2",
  lesion_id: null,
  overview: { body_site: "lower_extremity", region: "calf", side: "left" },
});
const PIN = { image_id: "o-1", lesion_id: "l-1", x: 0.25, y: 0.5, author_id: "ada" };

const factsWith = (number: number, part: Partial<LesionFacts> = {}): LesionFacts => ({
  lesion: lesionWith({ id: `l-${number}`, label: `mole ${number}` }),
  number,
  newest: null,
  zone: null,
  course: [],
  verdict: null,
  dueOn: null,
  isNew: false,
  isReviewed: true,
  ...part,
});
const FACTS = [factsWith(1, { zone: "above" }), factsWith(2)];

beforeEach(() => {
  // jsdom lays nothing out: the photo fills a frame of its own shape.
  vi.spyOn(SVGElement.prototype, "getBoundingClientRect").mockReturnValue(
    new DOMRect(0, 0, 500, 250),
  );
});

async function showOverviews({
  path = "/",
  archived_at = null,
  images = [BACK, CALF],
  language = "en",
  more = [],
}: {
  path?: string;
  archived_at?: string | null;
  images?: Schemas["Image"][];
  language?: "en" | "de";
  /** Pins beside the first. */
  more?: object[];
} = {}) {
  let pins: object[] = [{ ...PIN, created_at: "2026-03-14T09:26:53Z" }, ...more];
  const asked = fakeGateway({
    "GET /api/patients/p-1/images": pageOf(...images),
    "GET /api/images/o-1": () => new Response("photo"),
    "GET /api/images/o-1/pins": () => Response.json(pins),
    "PUT /api/images/o-1/pins/l-1": ({ body }) => {
      pins = [{ ...PIN, ...(body as object), created_at: "2026-03-14T09:26:53Z" }];
      return pins[0] ?? {};
    },
    "PUT /api/images/o-1/pins/l-2": ({ body }) => {
      const made = {
        ...PIN,
        lesion_id: "l-2",
        ...(body as object),
        created_at: "2026-03-14T09:27Z",
      };
      pins = [...pins, made];
      return made;
    },
    "DELETE /api/images/o-1/pins/l-1": () => {
      pins = [];
      return new Response(null, { status: 204 });
    },
  });
  const user = await show(<Overviews patient={patientWith({ archived_at })} facts={FACTS} />, {
    path,
    language,
  });
  return { user, asked };
}

const dialog = () => screen.findByRole("dialog");
const sent = (asked: Awaited<ReturnType<typeof showOverviews>>["asked"]) =>
  asked.filter(({ method }) => method !== "GET");

describe("a patient's overview photos", () => {
  it("stand by region, and one opens large; Back closes it", async () => {
    const { user } = await showOverviews();
    expect(await screen.findByText("Back of the torso")).toBeVisible();
    expect(screen.getByText("Calf, left")).toBeVisible();
    const [first] = screen.getAllByRole("listitem");
    await user.click(within(first as HTMLElement).getByRole("button"));
    expect(address()).toBe("/?overview=o-1");
    expect(await dialog()).toBeVisible();
  });

  it("are those of the region that the map shows large", async () => {
    await showOverviews({ path: "/?place=back:calf.left" });
    expect(await screen.findByText("Calf, left")).toBeVisible();
    expect(screen.queryByText("Back of the torso")).not.toBeInTheDocument();
  });

  it("say so where there are none, and where none shows the region", async () => {
    await showOverviews({ images: [] });
    expect(await screen.findByText(/^No overview photos yet/)).toBeVisible();
  });

  it("say so in German, too", async () => {
    await showOverviews({ language: "de", path: "/?place=front:nose" });
    expect(await screen.findByText("Keine Übersichtsfotos dieses Körperteils.")).toBeVisible();
  });

  it("say what went wrong, and offer to try again", async () => {
    fakeGateway({ "GET /api/patients/p-1/images": refusal(503, "UNAVAILABLE", "Away.") });
    await show(<Overviews patient={patientWith()} facts={FACTS} />);
    expect(await screen.findByRole("alert")).toBeVisible();
    expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
  });

  it("take no more and no pins once the patient is archived", async () => {
    await showOverviews({ archived_at: "2026-04-01T08:00:00Z", path: "/?overview=o-1" });
    await within(await dialog()).findByText("1. mole 1");
    expect(screen.queryByRole("button", { name: /^Pin / })).not.toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Add overview photos" })).not.toBeInTheDocument();
  });
});

describe("pins on an overview photo", () => {
  const pin = (number: number) =>
    screen.findByRole("button", { name: new RegExp(`^Lesion ${number}`) });

  it("carry the lesion's number and zone", async () => {
    await showOverviews({ path: "/?overview=o-1" });
    expect(await pin(1)).toHaveAccessibleName("Lesion 1 mole 1, Above the threshold");
  });

  it("are one where they lie too near each other for a finger, which lists its lesions", async () => {
    const near = { ...PIN, lesion_id: "l-2", x: 0.26, created_at: "2026-03-14T09:27Z" };
    const { user } = await showOverviews({ path: "/?overview=o-1", more: [near] });
    const cluster = await screen.findByRole("button", { name: /^2 lesions close together/ });
    expect(cluster).toHaveAccessibleName(/highest: Above the threshold/);
    expect(screen.queryByRole("button", { name: /^Lesion \d/ })).not.toBeInTheDocument();
    cluster.focus();
    await user.keyboard("{Enter}");
    await user.click(await screen.findByRole("menuitem", { name: "2. mole 2" }));
    const chosen = within(await dialog())
      .getByRole("link", { name: "2. mole 2" })
      .closest("li");
    expect(chosen).toHaveAttribute("data-chosen", "true");
  });

  it("are placed by choosing a lesion and pressing the photo", async () => {
    const { user, asked } = await showOverviews({ path: "/?overview=o-1" });
    await pin(1);
    await user.click(screen.getByRole("button", { name: "Pin 2. mole 2 on the photo" }));
    expect(screen.getByText(/^Press where 2. mole 2 is/)).toBeInTheDocument();
    fireEvent.click(screen.getByRole("group", { name: "Lesions on the photo" }), {
      clientX: 400,
      clientY: 50,
    });
    await waitFor(() => expect(sent(asked)).toHaveLength(1));
    expect(sent(asked)[0]).toMatchObject({
      path: "/api/images/o-1/pins/l-2",
      body: { x: 0.8, y: 0.2 },
    });
    expect(await screen.findByText("2. mole 2 is on the photo.")).toBeInTheDocument();
  });

  it("are placed by keys alone, with Shift in larger steps", async () => {
    const { user, asked } = await showOverviews({ path: "/?overview=o-1" });
    await pin(1);
    screen.getByRole("button", { name: "Pin 2. mole 2 on the photo" }).focus();
    await user.keyboard("{Enter}");
    const waiting = await screen.findByRole("button", { name: /Enter puts it here/ });
    expect(waiting).toHaveFocus();
    await user.keyboard("{ArrowRight}{Shift>}{ArrowUp}{/Shift}{Enter}");
    await waitFor(() => expect(sent(asked)).toHaveLength(1));
    const { x, y } = sent(asked)[0]?.body as { x: number; y: number };
    expect([x, y]).toEqual([expect.closeTo(0.51), expect.closeTo(0.45)]);
  });

  it("are given up by Escape, and only then does Escape close the photo", async () => {
    const { user, asked } = await showOverviews({ path: "/?overview=o-1" });
    await pin(1);
    await user.click(screen.getByRole("button", { name: "Pin 2. mole 2 on the photo" }));
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("button", { name: /Enter puts it here/ })).not.toBeInTheDocument();
    expect(address()).toBe("/?overview=o-1");
    screen.getByRole("button", { name: "Pin 2. mole 2 on the photo" }).focus();
    await user.keyboard("{Escape}");
    expect(address()).toBe("/");
    expect(sent(asked)).toEqual([]);
  });

  it("are corrected by dragging", async () => {
    const { asked } = await showOverviews({ path: "/?overview=o-1" });
    const first = await pin(1);
    fireEvent.pointerDown(first, { clientX: 125, clientY: 125, pointerId: 1 });
    fireEvent.pointerMove(first, { clientX: 225, clientY: 100, pointerId: 1 });
    fireEvent.pointerUp(first, { clientX: 225, clientY: 100, pointerId: 1 });
    await waitFor(() => expect(sent(asked)).toHaveLength(1));
    const { x, y } = sent(asked)[0]?.body as { x: number; y: number };
    expect([x, y]).toEqual([expect.closeTo(0.45), expect.closeTo(0.4)]);
  });

  it("are taken off in the list", async () => {
    const { user, asked } = await showOverviews({ path: "/?overview=o-1" });
    await pin(1);
    await user.click(screen.getByRole("button", { name: "Remove the pin of 1. mole 1" }));
    await waitFor(() =>
      expect(screen.queryByRole("button", { name: /^Lesion 1/ })).not.toBeInTheDocument(),
    );
    expect(sent(asked).map(({ method }) => method)).toEqual(["DELETE"]);
    expect(screen.getByText("1. mole 1 is no longer on the photo.")).toBeInTheDocument();
  });
});
