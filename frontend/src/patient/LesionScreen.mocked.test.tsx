import { screen, within } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, it, vi } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { detectionWith, imageWith, lesionWith, pageOf, patientWith } from "@/testing/records";
import { address, show } from "@/testing/show";
import type { Shelf } from "./queries";
import { LesionScreen } from "./LesionScreen";

// Zooming needs a browser that lays out pages.
vi.mock("@/viewer/ZoomFrame", () => ({
  ZoomFrame: ({ children }: { children: ReactNode }) => <div>{children}</div>,
}));

const NEWER = imageWith({ id: "i-2", captured_at: "2026-05-02T10:00:00Z" });
const OLDER = imageWith({ id: "i-1", captured_at: "2026-03-14T10:00:00Z" });
const PICTURE = () => new Response(new Blob(["pixels"], { type: "image/jpeg" }));

/** The gateway of a patient with these photos, all assessed as benign. */
function gatewayWith(...images: (typeof NEWER)[]) {
  return fakeGateway({
    "GET /api/patients/p-1/lesions": pageOf(lesionWith({ image_count: images.length })),
    "GET /api/patients/p-1/timeline": pageOf({
      kind: "detection",
      at: NEWER.created_at,
      detection: detectionWith({ image_id: "i-2" }),
    }),
    "GET /api/patients/p-1/images": pageOf(...images),
    "GET /api/patients/p-1/detections": pageOf(detectionWith()),
    "GET /api/detections/d-1": detectionWith(),
    "GET /api/users/colleagues": pageOf(),
    ...Object.fromEntries(
      images.flatMap(({ id }) => [
        [`GET /api/images/${id}`, PICTURE],
        [`GET /api/images/${id}/thumbnail`, PICTURE],
      ]),
    ),
    "GET /api/detections/d-1/heatmap.png": PICTURE,
  });
}

const showShelf = (
  shelf: Shelf = { lesionId: "l-1" },
  { archived = false, path = "/patient/p-1?lesion=l-1" } = {},
) =>
  show(
    <LesionScreen
      patient={patientWith({
        full_name: "Ingrid Solheim",
        record_number: "H-7",
        risk_notes: "Father had a melanoma.",
        archived_at: archived ? "2026-05-02T10:00:00Z" : null,
      })}
      shelf={shelf}
    />,
    { path },
  );

describe("the photos of a lesion", () => {
  it("opens the newest photo with its result and the form for a verdict", async () => {
    const asked = gatewayWith(NEWER, OLDER);
    await showShelf();
    expect(await screen.findByRole("region", { name: "Result" })).toHaveTextContent(
      "Below the threshold",
    );
    expect(screen.getByRole("region", { name: "Your verdict" })).toBeVisible();
    expect(asked.find(({ path }) => path.endsWith("/detections"))?.query.get("image_id")).toBe(
      "i-2",
    );
  });

  it("always says whose photo it is, and what raises their risk", async () => {
    gatewayWith(NEWER);
    await showShelf();
    expect(screen.getByRole("heading", { name: "Ingrid Solheim" })).toBeVisible();
    expect(screen.getByText(/H-7/)).toBeVisible();
    expect(
      screen.getByRole("button", { name: "Risk factors: Father had a melanoma." }),
    ).toBeVisible();
  });

  it("names each photo in the row by its day, zone and verdict", async () => {
    gatewayWith(NEWER, OLDER);
    await showShelf();
    const strip = await screen.findByRole("group", { name: "Photos" });
    expect(
      await within(strip).findByRole("button", { name: /^Photo, .*, Below the threshold$/ }),
    ).toBePressed();
  });

  it("walks through the photos with the arrow keys, but not while somebody types", async () => {
    gatewayWith(NEWER, OLDER);
    const user = await showShelf();
    await screen.findByRole("region", { name: "Your verdict" });
    await user.type(screen.getByLabelText("Note"), "{ArrowRight}");
    expect(address()).toBe("/patient/p-1?lesion=l-1");
    screen.getByLabelText("Note").blur();
    await user.keyboard("{ArrowRight}");
    expect(address()).toBe("/patient/p-1?lesion=l-1&image=i-1");
    await user.keyboard("{ArrowLeft}");
    expect(address()).toBe("/patient/p-1?lesion=l-1&image=i-2");
  });

  it("shows another photo when it is chosen, and keeps it in the address", async () => {
    gatewayWith(NEWER, OLDER);
    const user = await showShelf();
    const strip = await screen.findByRole("group", { name: "Photos" });
    const [newer, older] = within(strip).getAllByRole("button");
    expect(newer).toBePressed();
    if (older) await user.click(older);
    expect(address()).toBe("/patient/p-1?lesion=l-1&image=i-1");
    expect(older).toBePressed();
  });

  it("offers a comparison only where there are two photos", async () => {
    gatewayWith(NEWER);
    await showShelf();
    await screen.findByRole("region", { name: "Result" });
    expect(screen.queryByRole("button", { name: "Compare two photos" })).not.toBeInTheDocument();
  });

  it("says that there are no photos yet, and takes some", async () => {
    gatewayWith();
    await showShelf();
    expect(await screen.findByText("No photos yet")).toBeVisible();
    expect(screen.getByLabelText("Choose photos")).toBeInTheDocument();
  });

  it("takes no photos of an archived patient", async () => {
    gatewayWith();
    await showShelf(undefined, { archived: true });
    expect(await screen.findByText("No photos yet")).toBeVisible();
    expect(screen.queryByLabelText("Choose photos")).not.toBeInTheDocument();
  });

  it("does not know a lesion that is gone", async () => {
    gatewayWith();
    await showShelf({ lesionId: "l-9" });
    expect(await screen.findByText("This lesion does not exist")).toBeVisible();
  });

  it("keeps the unsorted photos apart", async () => {
    const asked = gatewayWith();
    await showShelf("unsorted");
    expect(screen.getByRole("heading", { name: "Unsorted photos" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Edit lesion" })).not.toBeInTheDocument();
    await screen.findByText("No photos yet");
    expect(asked.find(({ path }) => path.endsWith("/images"))?.query.get("unsorted")).toBe("true");
  });

  it("says why the photos could not be loaded, and tries again when asked", async () => {
    let isBroken = true;
    fakeGateway({
      "GET /api/patients/p-1/lesions": pageOf(lesionWith()),
      "GET /api/patients/p-1/images": () =>
        isBroken ? refusal(503, "UNAVAILABLE", "A service isn't reachable.") : pageOf(),
    });
    const user = await showShelf();
    expect(await screen.findByRole("alert")).toHaveTextContent("Part of Dermis isn't reachable.");
    isBroken = false;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("No photos yet")).toBeVisible();
  });
});
