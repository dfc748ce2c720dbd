import { fireEvent, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { show } from "@/testing/show";
import { addUploads } from "./queue";
import { UploadZone } from "./UploadZone";

vi.mock("./queue", () => ({ addUploads: vi.fn(() => Promise.resolve()) }));

const MEBIBYTE = 1024 * 1024;

function fileOf(name: string, type: string, bytes = 3): File {
  const file = new File(["abc"], name, { type });
  Object.defineProperty(file, "size", { value: bytes });
  return file;
}

async function choose(...files: File[]) {
  await show(<UploadZone patientId="p-1" lesionId="l-1" />);
  // As if dropped there: a file dialog would not offer what is not accepted.
  fireEvent.change(screen.getByLabelText("Choose photos"), { target: { files } });
}

describe("the place for new photos", () => {
  beforeEach(() => vi.mocked(addUploads).mockClear());

  it("hands chosen photos to the queue, for this patient and lesion", async () => {
    const photos = [fileOf("one.jpg", "image/jpeg"), fileOf("two.png", "image/png")];
    await choose(...photos);
    await expect.poll(() => vi.mocked(addUploads).mock.calls).toHaveLength(1);
    expect(addUploads).toHaveBeenCalledWith(photos, {
      userId: "ada",
      patientId: "p-1",
      lesionId: "l-1",
    });
  });

  it("takes HEIC from a system that doesn't know its media type", async () => {
    await choose(fileOf("IMG_0042.HEIC", ""));
    await expect.poll(() => vi.mocked(addUploads).mock.calls).toHaveLength(1);
  });

  it("says of each file that it can't take why not, and takes the others", async () => {
    const good = fileOf("mole.jpg", "image/jpeg");
    await choose(
      good,
      fileOf("large.jpg", "image/jpeg", 21 * MEBIBYTE),
      fileOf("letter.txt", "text/plain"),
    );
    expect(await screen.findByText("large.jpg")).toBeVisible();
    expect(screen.getByText("Larger than 20 MB. Upload a smaller photo.")).toBeVisible();
    expect(screen.getByText("letter.txt")).toBeVisible();
    expect(addUploads).toHaveBeenCalledWith([good], expect.anything());
  });

  it("says so where the browser can't keep a photo", async () => {
    vi.mocked(addUploads).mockRejectedValueOnce(new Error("no room"));
    await choose(fileOf("mole.jpg", "image/jpeg"));
    expect(await screen.findByRole("alert")).toBeVisible();
  });
});
