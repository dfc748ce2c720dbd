import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { pageOf, patientWith } from "@/testing/records";
import { show } from "@/testing/show";
import { PatientMenu } from "../PatientMenu";
import { MergedRecords } from "./MergedRecords";

const INGRID = patientWith({ id: "p-1", full_name: "Ingrid Solheim", record_number: "H-1" });
const OTHER = patientWith({ id: "p-2", full_name: "I. Solheim", record_number: "H-2", version: 4 });
const record = { lesions: 1, images: 2, voided_images: 0, reviews: 1, notes: 0 };
const preview = (kept: object, moved: object) => ({
  kept: { patient: kept, record },
  moved: { patient: moved, record },
  profile: kept,
  renamed: [{ lesion_id: "l-9", label: "left calf", new_label: "left calf (H-2)" }],
});
const MERGE = {
  id: "m-1",
  kept: INGRID,
  moved: OTHER,
  author_id: "u-2",
  created_at: "2026-11-29T10:00:00Z",
  added: [],
  parted_at: null,
};

async function choose() {
  const user = await show(<PatientMenu patient={INGRID} />);
  await user.click(screen.getByRole("button", { name: "More" }));
  await user.click(await screen.findByRole("menuitem", { name: "Merge with another patient…" }));
  await user.type(await screen.findByLabelText("Find another patient"), "solheim");
  await user.click(await screen.findByRole("button", { name: /I\. Solheim/ }));
  return user;
}

describe("merging two patients", () => {
  it("shows both records before, and parts them again from the message", async () => {
    const asked = fakeGateway({
      "GET /api/patients/": pageOf(INGRID, OTHER),
      "GET /api/patients/p-1/merge-preview": preview(INGRID, OTHER),
      "POST /api/patients/p-1/merges": MERGE,
      "POST /api/patients/p-1/merges/m-1/part": { ...MERGE, parted_at: "2026-11-29T10:01:00Z" },
    });
    const user = await choose();
    const photos = await screen.findByRole("row", { name: /^Photos/ });
    expect(
      within(photos)
        .getAllByRole("cell")
        .map((cell) => cell.textContent),
    ).toEqual(["2", "2", "4"]);
    expect(screen.getByText("left calf → left calf (H-2)")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Merge" }));
    const sent = asked.find(({ method }) => method === "POST");
    expect(sent?.body).toEqual({ other_patient_id: "p-2", version: 3, other_version: 4 });
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    expect(asked.filter(({ path }) => path.includes("merge-preview"))).toHaveLength(1);
    expect(await screen.findByText("I. Solheim has a separate record again.")).toBeVisible();
  });

  it("lets one choose which record stays", async () => {
    const asked = fakeGateway({
      "GET /api/patients/": pageOf(INGRID, OTHER),
      "GET /api/patients/p-1/merge-preview": preview(INGRID, OTHER),
      "GET /api/patients/p-2/merge-preview": preview(OTHER, INGRID),
      "POST /api/patients/p-2/merges": refusal(412, "VERSION_CONFLICT", "Reload."),
    });
    const user = await choose();
    await screen.findByRole("row", { name: /^Photos/ });
    await user.click(screen.getByRole("radio", { name: "I. Solheim · H-2" }));
    await screen.findByRole("row", { name: /^Full name I\. Solheim/ });
    await user.click(screen.getByRole("button", { name: "Merge" }));
    expect(await screen.findByRole("alert")).toBeVisible();
    const sent = asked.find(({ method }) => method === "POST");
    expect(sent?.body).toMatchObject({ other_patient_id: "p-1" });
  });

  it("says why they can't be merged", async () => {
    fakeGateway({
      "GET /api/patients/": pageOf(INGRID, OTHER),
      "GET /api/patients/p-1/merge-preview": refusal(409, "PATIENT_ARCHIVED", "Archived."),
    });
    await choose();
    expect(await screen.findByText(/This patient is archived/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Merge" })).toBeDisabled();
  });
});

describe("a merged record", () => {
  it("is parted on the patient's page", async () => {
    const asked = fakeGateway({
      "GET /api/patients/p-1/merges": pageOf(MERGE),
      "POST /api/patients/p-1/merges/m-1/part": { ...MERGE, parted_at: "2026-11-29T10:01:00Z" },
    });
    const user = await show(<MergedRecords patientId="p-1" />);
    await user.click(await screen.findByRole("button", { name: "Part again" }));
    expect(await screen.findByText("I. Solheim has a separate record again.")).toBeVisible();
    expect(asked.some(({ method }) => method === "POST")).toBe(true);
  });

  it("says what was added since instead", async () => {
    fakeGateway({
      "GET /api/patients/p-1/merges": pageOf({ ...MERGE, added: ["images", "notes"] }),
    });
    await show(<MergedRecords patientId="p-1" />);
    expect(await screen.findByText(/added or changed: photos, notes/)).toBeVisible();
    expect(screen.queryByRole("button")).toBeNull();
  });
});
