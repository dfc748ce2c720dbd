import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { fakeGateway, fakeUploads, refusal } from "@/testing/gateway";
import { detectionWith, imageWith, lesionWith, pageOf, patientWith } from "@/testing/records";
import { show, signIn } from "@/testing/show";
import { exifJpeg } from "@/testing/exif_photos";
import { addUploads, currentUploads, dismissUpload } from "@/uploads/queue";
import { SortingPage } from "./SortingPage";

const PATIENT = patientWith();
const LESIONS = [
  lesionWith({ id: "l-1", label: "left forearm" }),
  lesionWith({ id: "l-2", label: "right calf" }),
];

const photo = (name: string) => new File([name], name, { type: "image/jpeg" });
const taken = (name: string, at: string) =>
  new File([exifJpeg(at, "+00:00"), name], name, { type: "image/jpeg" });
const choiceOf = (name: string) => currentUploads().find((one) => one.name === name)?.choice;

async function sort(...files: File[]) {
  fakeGateway({
    "GET /api/patients/p-1/lesions": pageOf(...LESIONS),
    "GET /api/patients/p-1/images": pageOf(imageWith({ lesion_id: "l-1" })),
    "POST /api/images/copies": { items: [] },
  });
  const sent = fakeUploads(({ form }) =>
    form.get("lesion_id") === "l-2"
      ? refusal(415, "NOT_AN_IMAGE", "This is no photo.")
      : Response.json(detectionWith()),
  );
  signIn("ada");
  const to = { userId: "ada", patientId: "p-1", lesionId: null, isSorting: true };
  await addUploads(files, to);
  const user = await show(<SortingPage patient={PATIENT} />, { path: "/patient/p-1?sort" });
  await screen.findByRole("heading", { name: "Which lesion does it show?" });
  return { user, sent };
}

describe("the sorting screen", () => {
  afterEach(async () => {
    for (const { id } of currentUploads()) await dismissUpload(id);
  });

  it("sorts by keys, goes on to the next photo, and sends each to its lesion", async () => {
    const { user, sent } = await sort(photo("a.jpg"), photo("b.jpg"), photo("c.jpg"));
    expect(screen.getByRole("button", { name: "a.jpg, not yet sorted" })).toHaveAttribute(
      "aria-pressed",
      "true",
    );
    await user.keyboard("1");
    expect(await screen.findByText("a.jpg goes to 1. left forearm")).toBeInTheDocument();
    await user.keyboard("{ArrowRight}u");
    expect(choiceOf("b.jpg")).toBeNull();
    expect(choiceOf("c.jpg")).toBe("unsorted");
    expect(screen.getByText("1 photo is not sorted yet.")).toBeVisible();
    expect(sent).toHaveLength(0);
    await user.click(screen.getByRole("button", { name: "Send 2 photos" }));
    await waitFor(() => expect(sent).toHaveLength(2));
    expect(sent.map(({ form }) => form.get("lesion_id"))).toEqual(["l-1", null]);
    // What has no place stays.
    expect(screen.getByRole("button", { name: "b.jpg, not yet sorted" })).toBeVisible();
  });

  it("sorts by press and by drag, and takes back", async () => {
    const { user } = await sort(photo("a.jpg"), photo("b.jpg"));
    const places = screen.getByRole("region", { name: "Which lesion does it show?" });
    await user.click(within(places).getByRole("button", { name: /left forearm/ }));
    expect(choiceOf("a.jpg")).toBe("l-1");
    const data = new Map<string, string>();
    const dataTransfer = {
      setData: (kind: string, value: string) => data.set(kind, value),
      getData: (kind: string) => data.get(kind) ?? "",
      get types() {
        return [...data.keys()];
      },
    };
    fireEvent.dragStart(screen.getByRole("button", { name: /^b\.jpg/ }), { dataTransfer });
    const calf = within(places).getByRole("button", { name: /right calf/ });
    fireEvent.dragOver(calf, { dataTransfer });
    fireEvent.drop(calf, { dataTransfer });
    expect(choiceOf("b.jpg")).toBe("l-2");
    expect(await screen.findByText("All are sorted.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Take back" }));
    await user.click(screen.getByRole("button", { name: /^a\.jpg/ }));
    await user.keyboard("{Backspace}");
    expect([choiceOf("a.jpg"), choiceOf("b.jpg")]).toEqual([null, null]);
  });

  it("suggests with its ground, and sorts nothing before somebody accepts it", async () => {
    const { user } = await sort(
      taken("one.jpg", "2026:03:14 09:00:00"),
      taken("two.jpg", "2026:03:14 09:00:20"),
    );
    await user.keyboard("2");
    expect(await screen.findByText("Suggestion: 2. right calf")).toBeVisible();
    expect(screen.getByText("Taken within a minute of one.jpg.")).toBeVisible();
    expect(choiceOf("two.jpg")).toBeNull();
    await user.keyboard("s");
    expect(choiceOf("two.jpg")).toBe("l-2");
  });

  it("says of each photo why it was refused", async () => {
    const { user } = await sort(photo("a.jpg"));
    await user.keyboard("2");
    await user.click(screen.getByRole("button", { name: "Send 1 photo" }));
    expect(await screen.findByRole("alert")).toBeVisible();
    expect(screen.getByText("a.jpg")).toBeVisible();
  });
});
