import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Problem } from "@/api/problem";
import { show } from "@/testing/show";
import type { Upload } from "./queue";
import { UploadList } from "./UploadList";

function uploadWith(part: Partial<Upload>): Upload {
  return {
    id: part.name ?? "u-1",
    userId: "ada",
    patientId: "p-1",
    lesionId: null,
    name: "mole.jpg",
    file: new Blob(["pixels"]),
    addedAt: 0,
    capturedAt: null,
    isCleared: true,
    isSorting: false,
    choice: null,
    state: "waiting",
    progress: 0,
    ...part,
  };
}

const dismiss = (name: string) =>
  screen.queryByRole("button", { name: `Remove ${name} from the list` });

describe("the list of uploads", () => {
  it("is not there when nothing is under way", async () => {
    await show(<UploadList uploads={[uploadWith({ state: "done", progress: 1 })]} />);
    expect(screen.queryByRole("status", { name: "Uploads" })).not.toBeInTheDocument();
  });

  it("says that a photo waits, and lets go of it", async () => {
    await show(<UploadList uploads={[uploadWith({})]} />);
    expect(screen.getByText("Waiting to be sent")).toBeVisible();
    expect(dismiss("mole.jpg")).toBeEnabled();
  });

  it("shows how much of a photo has been sent, and then that the model is at it", async () => {
    const uploads = [
      uploadWith({ name: "one.jpg", state: "sending", progress: 0.4 }),
      uploadWith({ name: "two.jpg", state: "sending", progress: 1 }),
    ];
    await show(<UploadList uploads={uploads} />);
    expect(screen.getByRole("progressbar", { name: "one.jpg" })).toHaveAttribute(
      "aria-valuenow",
      "40",
    );
    expect(screen.getByText("Sending")).toBeVisible();
    expect(screen.getByText("The model is assessing it")).toBeVisible();
    expect(dismiss("one.jpg")).not.toBeInTheDocument();
  });

  it("says why a photo was refused", async () => {
    const problem = new Problem(415, "PHOTO_FORMAT", "This is a PDF; send a JPEG or PNG.");
    await show(<UploadList uploads={[uploadWith({ state: "refused", problem })]} />);
    expect(screen.getByRole("alert")).toHaveTextContent("This is a PDF; send a JPEG or PNG.");
  });

  it("shows when a photo was taken, or that nobody knows", async () => {
    const uploads = [
      uploadWith({ name: "one.jpg", capturedAt: "2024-05-06T05:08:09.000Z" }),
      uploadWith({ name: "two.jpg" }),
    ];
    await show(<UploadList uploads={uploads} />);
    expect(screen.getByText(/^Taken May 6, 2024/)).toBeVisible();
    expect(screen.getByText("Date taken not known")).toBeVisible();
    expect(screen.getByRole("button", { name: "Correct when two.jpg was taken" })).toBeEnabled();
  });

  it("names what a refused file is, and the way out, in the reader's language", async () => {
    const problem = new Problem(415, "NOT_AN_IMAGE", "This is a DICOM file.", { kind: "dicom" });
    const uploads = [uploadWith({ state: "refused", problem })];
    await show(<UploadList uploads={uploads} />, { language: "de" });
    expect(screen.getByRole("alert")).toHaveTextContent(
      "Das ist eine DICOM-Datei. Exportieren Sie das Bild als JPEG und senden Sie das.",
    );
  });

  it("says in the server's words what a newer server alone knows", async () => {
    const problem = new Problem(415, "NOT_AN_IMAGE", "…", { kind: "hologram" });
    await show(<UploadList uploads={[uploadWith({ state: "refused", problem })]} />);
    expect(screen.getByRole("alert")).toHaveTextContent("This file can't be read as a photo.");
  });

  const copy = {
    digest: "a".repeat(64),
    image_id: "i-9",
    patient_id: "p-1",
    full_name: "Ingrid Solheim",
    record_number: "H-2041",
    lesion_id: "l-1",
    lesion_label: "left forearm",
    body_site: "upper_extremity" as const,
    created_at: "2026-03-14T09:26:53Z",
  };

  it("says before a photo is sent where the clinic has it, and asks what to do", async () => {
    const uploads = [
      uploadWith({ name: "here.jpg", lesionId: "l-1", copy }),
      uploadWith({ name: "sister.jpg", lesionId: "l-2", copy }),
      uploadWith({ name: "other.jpg", lesionId: "l-1", copy: { ...copy, patient_id: "p-2" } }),
    ];
    await show(<UploadList uploads={uploads} />);
    const since = "since Mar 14, 2026";
    expect(screen.getByText(`This photo is already with this lesion, ${since}.`)).toBeVisible();
    expect(
      screen.getByText(`This photo is already with this patient, ${since}: left forearm.`),
    ).toBeVisible();
    expect(
      screen.getByText(
        `This photo is already with Ingrid Solheim (H-2041), ${since}: left forearm.`,
      ),
    ).toBeVisible();
    const links = screen.getAllByRole("link", { name: "View it there" });
    expect(links.map((link) => link.getAttribute("href"))).toEqual([
      "/patient/p-1?lesion=l-1&image=i-9",
      "/patient/p-2?lesion=l-1&image=i-9",
    ]);
    expect(screen.getByRole("button", { name: "Leave it out: here.jpg" })).toBeEnabled();
    expect(screen.getByRole("button", { name: "Send anyway: other.jpg" })).toBeEnabled();
    expect(screen.getByText("3 of these photos are here already.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Leave them all out" })).toBeEnabled();
  });

  it("says that a photo was chosen twice, and leads nowhere: it is in no record yet", async () => {
    await show(<UploadList uploads={[uploadWith({ name: "twin.jpg", copy: "chosen twice" })]} />);
    expect(screen.getByText("You have chosen this photo twice.")).toBeVisible();
    expect(screen.queryByRole("link")).toBeNull();
    expect(screen.getByRole("button", { name: "Leave it out: twin.jpg" })).toBeEnabled();
  });

  it("shows what has to be decided before what waits by itself", async () => {
    const waiting = Array.from({ length: 6 }, (_, n) => uploadWith({ name: `${n}.jpg` }));
    const known = uploadWith({ name: "known.jpg", copy });
    await show(<UploadList uploads={[...waiting, known]} />, { language: "de" });
    expect(screen.getByRole("button", { name: "Weglassen: known.jpg" })).toBeVisible();
  });

  it("counts those beyond the first six, in German too", async () => {
    const uploads = Array.from({ length: 9 }, (_, n) => uploadWith({ name: `${n}.jpg` }));
    await show(<UploadList uploads={uploads} />, { language: "de" });
    expect(screen.getAllByText("Wartet auf das Hochladen")).toHaveLength(6);
    expect(screen.getByText("und 3 weitere")).toBeVisible();
  });
});
