import { cleanup, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { fakeGateway } from "@/testing/gateway";
import { detectionWith, imageWith, lesionWith, pageOf, reviewWith } from "@/testing/records";
import { show } from "@/testing/show";
import { Timeline } from "./Timeline";

type Entry = Schemas["TimelinePage"]["items"][number];

const at = "2026-03-14T09:26:53.589Z";
const note = { id: "n-1", patient_id: "p-1", lesion_id: null, author_id: "ada", created_at: at };
const change = { id: "c-1", lesion_id: null, author_id: "noor", created_at: at };

/** Shows a history with these entries; what was asked is returned with the user. */
async function showHistory(entries: Entry[], language: "en" | "de" = "en") {
  const asked = fakeGateway({
    "GET /api/patients/p-1/timeline": pageOf(...entries),
    "GET /api/patients/p-1/lesions": pageOf(lesionWith()),
    "GET /api/users/colleagues": pageOf({ id: "noor", full_name: "Noor Haddad" }),
    "POST /api/patients/p-1/notes": note,
  });
  const user = await show(<Timeline patientId="p-1" />, { language });
  return { asked, user };
}

describe("a patient's history", () => {
  it("says that nothing has happened yet", async () => {
    await showHistory([]);
    expect(await screen.findByText("Nothing here yet")).toBeVisible();
  });

  it("tells what happened, by whom, and what the model answered", async () => {
    await showHistory([
      {
        kind: "detection",
        at,
        detection: detectionWith({ label: "malignant", probability_malignant: 0.83 }),
      },
      {
        kind: "review",
        at,
        review: reviewWith({ verdict: "malignant", note: "Refer.", author_id: "noor" }),
      },
      { kind: "note", at, note: { ...note, text: "Seen again in May." } },
      {
        kind: "change",
        at,
        change: { ...change, action: "updated", fields: ["contact", "risk_notes"] },
      },
    ]);
    expect(await screen.findByText("Assessed by the model")).toBeVisible();
    expect(screen.getByText("Above the threshold")).toBeVisible();
    expect(screen.getByText("83%, threshold 22%")).toBeVisible();
    expect(screen.getByText("I consider it malignant")).toBeVisible();
    expect(screen.getByText("Refer.")).toBeVisible();
    expect(screen.getByText("Seen again in May.")).toBeVisible();
    expect(screen.getByText("Profile changed")).toBeVisible();
    expect(screen.getByText("Contact, Risk factors")).toBeVisible();
    expect(await screen.findAllByText(/^Noor Haddad ·/)).toHaveLength(2);
  });

  it("tells no label of an answer that is pending, failed or not assessable", async () => {
    await showHistory(
      (
        [
          { id: "1", status: "pending", label: null },
          { id: "2", status: "failed", label: null },
          { id: "3", assessable: false, label: "malignant" },
        ] as const
      ).map((part) => ({ kind: "detection", at, detection: detectionWith(part) })),
    );
    expect(await screen.findByText("Waiting for the model")).toBeVisible();
    expect(screen.getByText("Could not be assessed")).toBeVisible();
    expect(screen.getByText("Cannot be assessed")).toBeVisible();
    expect(screen.queryByText("Above the threshold")).not.toBeInTheDocument();
  });

  it("leads to the photo where it lies now", async () => {
    await showHistory([
      { kind: "detection", at, detection: detectionWith() },
      { kind: "image", at, image: imageWith({ id: "i-2", lesion_id: null }) },
    ]);
    expect(await screen.findByRole("link", { name: "View photo" })).toHaveAttribute(
      "href",
      "/patient/p-1?lesion=l-1&image=i-1",
    );
    const [, unsorted] = screen.getAllByRole("link");
    expect(unsorted).toHaveAttribute("href", "/patient/p-1?lesion=unsorted&image=i-2");
  });

  it("shows only the kinds and the lesion that are asked for", async () => {
    const { asked, user } = await showHistory([]);
    await user.click(screen.getByRole("checkbox", { name: "Verdicts" }));
    await screen.findByRole("option", { name: "1 left shoulder blade" });
    await user.selectOptions(screen.getByLabelText("Lesion"), "1 left shoulder blade");
    const { query } = asked.findLast(({ path }) => path.endsWith("/timeline")) ?? {};
    expect(query?.getAll("kind")).toEqual(["review"]);
    expect(query?.get("lesion_id")).toBe("l-1");
  });

  it("keeps a note that was typed and not saved", async () => {
    const { user } = await showHistory([]);
    await user.type(screen.getByLabelText("Add a note"), "Half a thought");
    cleanup();
    const again = await showHistory([]);
    expect(screen.getByLabelText("Add a note")).toHaveValue("Half a thought");
    await again.user.clear(screen.getByLabelText("Add a note"));
  });

  it("takes a note and forgets it only when it is saved", async () => {
    const { asked, user } = await showHistory([]);
    const field = screen.getByLabelText("Add a note");
    expect(screen.getByRole("button", { name: "Save note" })).toBeDisabled();
    await user.type(field, "Itches since April.");
    await user.click(screen.getByRole("button", { name: "Save note" }));
    await expect.poll(() => (field as HTMLTextAreaElement).value).toBe("");
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
      text: "Itches since April.",
    });
  });

  it("names its kinds of entries in German", async () => {
    await showHistory([{ kind: "review", at, review: reviewWith() }], "de");
    const kinds = screen.getByRole("group", { name: "Arten von Einträgen" });
    expect(within(kinds).getAllByRole("checkbox")).toHaveLength(5);
    expect(within(kinds).getByLabelText("Beurteilungen")).toBeInTheDocument();
    expect(await screen.findByText("Ich stimme dem Modell zu")).toBeVisible();
  });
});
