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

  it("counts those beyond the first six, in German too", async () => {
    const uploads = Array.from({ length: 9 }, (_, n) => uploadWith({ name: `${n}.jpg` }));
    await show(<UploadList uploads={uploads} />, { language: "de" });
    expect(screen.getAllByText("Wartet auf das Hochladen")).toHaveLength(6);
    expect(screen.getByText("und 3 weitere")).toBeVisible();
  });
});
