import { screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { fakeGateway } from "@/testing/gateway";
import { cardWith, detectionWith } from "@/testing/records";
import { show } from "@/testing/show";
import { ResultCard } from "./ResultCard";

type Part = Partial<Schemas["ReviewedDetection"]>;

const showCard = (part: Part | null, language: "en" | "de" = "en") =>
  show(<ResultCard detection={part && detectionWith(part)} imageId="i-1" patientId="p-1" />, {
    language,
  });
const card = () => screen.getByRole("region");

beforeEach(() => {
  fakeGateway({ "GET /api/models/1.1.2/card": cardWith() });
});

describe("the card of a result", () => {
  it.each([
    ["below", 0.18, "benign", "Below the threshold", "18% probability of malignancy"],
    ["borderline", 0.25, "malignant", "Borderline", "25% probability of malignancy"],
    ["above", 0.81, "malignant", "Above the threshold", "81% probability of malignancy"],
  ] as const)(
    "says that an answer is %s, and shows it on the scale",
    async (zone, probability_malignant, label, word, words) => {
      await showCard({ zone, probability_malignant, label });
      expect(card()).toHaveAccessibleName("Result");
      expect(within(card()).getByText(word)).toBeVisible();
      expect(within(card()).getByText(words)).toBeVisible();
      expect(card()).not.toHaveTextContent(/benign(?! ones)|Benign|Malignant/);
      const share = words.slice(0, 3);
      expect(
        await screen.findByRole("img", {
          name: `Probability of malignancy ${share}; threshold 22%; borderline from 12% to 31%`,
        }),
      ).toBeVisible();
      expect(within(card()).getByText(/^Model lesion 1\.1\.2/)).toBeVisible();
    },
  );

  it("says of a borderline answer what that means", async () => {
    await showCard({ zone: "borderline", probability_malignant: 0.2201, threshold: 0.2153 });
    expect(card()).toHaveTextContent("22.0% probability of malignancy");
    expect(card()).toHaveTextContent("may put it on the other side");
  });

  it("knows two sides of the threshold of a version without zones", async () => {
    fakeGateway({ "GET /api/models/1.1.2/card": cardWith({ zones: null }) });
    await showCard({ label: "benign", probability_malignant: 0.034 });
    expect(within(card()).getByText("Below the threshold")).toBeVisible();
    expect(
      screen.getByRole("img", { name: "Probability of malignancy 3%; threshold 22%" }),
    ).toBeVisible();
  });

  it("puts the version's figures in one line, and opens its card for more", async () => {
    const user = await showCard({ zone: "below" });
    expect(
      await screen.findByText(
        "At this threshold the model finds 95 of 100 malignant lesions (93–97) and clears 82 of 100 benign ones (80–84).",
      ),
    ).toBeVisible();
    await user.click(screen.getByRole("button", { name: "About this model" }));
    const drawer = await screen.findByRole("dialog", { name: "Model lesion 1.1.2" });
    const headings = within(drawer).getAllByRole("heading", { level: 3 });
    expect(headings.map((heading) => heading.textContent)).toEqual([
      "How often it is right",
      "The threshold",
      "For whom it was shown to work",
      "Limits",
      "By group",
      "What it learned from",
      "Under stress: tampered photos, heatmap, unusual pictures",
    ]);
    expect(drawer).toHaveTextContent("20 to 85 years");
    expect(drawer).toHaveTextContent("not recorded in its data");
    const rows = within(drawer).getAllByRole("row", { name: /all sources/ });
    expect(rows[0]).toHaveTextContent("95 (93–97)82 (80–84)");
  });

  it("shows an answer also where the card can't be read", async () => {
    fakeGateway({});
    await showCard({ zone: "above", label: "malignant", probability_malignant: 0.81 });
    expect(within(card()).getByText("Above the threshold")).toBeVisible();
    expect(card()).not.toHaveTextContent("At this threshold");
    expect(screen.queryByRole("button", { name: "About this model" })).not.toBeInTheDocument();
  });

  it("says where the model was not shown to work, and what the record doesn't state", async () => {
    await showCard({
      cautions: [
        { code: "age", value: "12" },
        { code: "not_stated", value: "site" },
        { code: "skin_type", value: "VI" },
        { code: "not_stated", value: "skin_type" },
      ],
    });
    const alert = screen.getByRole("alert");
    expect(
      within(alert)
        .getAllByRole("listitem")
        .map((item) => item.textContent),
    ).toEqual([
      "The model was not shown to work at the age of 12.",
      "The model was not shown to work on skin type VI.",
    ]);
    expect(card()).toHaveTextContent("the record doesn't state the body site and the skin type.");
  });

  it("names the body site of a caution in German too", async () => {
    await showCard({ cautions: [{ code: "site", value: "oral_genital" }] }, "de");
    expect(screen.getByRole("alert")).toHaveTextContent(/Körperstelle \(Mund und Genitalien\)/);
  });

  it("says so where nobody can tell for whom the version was shown to work", async () => {
    await showCard({ cautions: null });
    expect(card()).toHaveTextContent("doesn't say for whom it was shown to work");
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  it("never claims to be certain", async () => {
    await showCard({ label: "malignant", probability_malignant: 0.99997 });
    expect(within(card()).getByText("> 99% probability of malignancy")).toBeVisible();
  });

  it("says at every result that it is no diagnosis", async () => {
    await showCard({});
    expect(screen.getByRole("note")).toHaveTextContent("Decision support, not a diagnosis");
  });

  it("says while the model is busy that the photo is saved, and offers nothing to press", async () => {
    await showCard({ status: "pending", label: null, probability_malignant: null });
    expect(screen.getByRole("status")).toHaveTextContent("The photo is saved.");
    expect(screen.queryByRole("button")).not.toBeInTheDocument();
  });

  it("gives the reason when the model could not assess the photo", async () => {
    await showCard({ status: "failed", label: null, failure_reason: "the photo is damaged" });
    expect(screen.getByRole("alert")).toHaveTextContent(
      "The model could not assess the photo: the photo is damaged",
    );
    expect(screen.getByRole("button", { name: "Reassess with the current model" })).toBeEnabled();
    expect(screen.queryByRole("button", { name: "Report (PDF)" })).not.toBeInTheDocument();
  });

  it("gives a reason of the catalogue in the reader's language", async () => {
    await showCard({ status: "failed", label: null, failure_reason: "IMAGE_TRUNCATED" }, "de");
    expect(screen.getByRole("alert")).toHaveTextContent("abgeschnitten oder beschädigt");
  });

  it("shows neither label nor probability of a photo that cannot be assessed", async () => {
    await showCard({
      assessable: false,
      label: "malignant",
      probability_malignant: 0.9,
      quality: ["NOT_A_LESION"],
      differential: [{ diagnosis: "melanoma", probability: 0.8 }],
    });
    expect(screen.getByText("This photo cannot be assessed")).toBeVisible();
    expect(card()).toHaveTextContent("unlike any photo that the model was trained on");
    expect(card()).not.toHaveTextContent(/threshold|90|Melanoma|shown to work/);
  });

  it("lists what may make the result unreliable, and what to do about it", async () => {
    await showCard({ quality: ["BLURRED", "TOO_DARK", "FROM_A_NEWER_SERVER"] });
    expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      "Blurred; hold still and refocus.",
      "Too dark; turn on the dermoscope's light.",
      "The model has another doubt about this photo.",
    ]);
    expect(card()).not.toHaveTextContent(/[A-Z]{2,}_/);
  });

  it("lists the three most likely diagnoses, and all of them on request", async () => {
    const user = await showCard({
      label: "malignant",
      probability_malignant: 0.81,
      differential: [
        { diagnosis: "melanoma", probability: 0.79 },
        { diagnosis: "nevus", probability: 0.16 },
        { diagnosis: "basal_cell_carcinoma", probability: 0.02 },
        { diagnosis: "spitz_nevus", probability: 0.0004 },
      ],
    });
    const list = screen.getByRole("region", { name: "Most likely diagnoses" });
    const names = () =>
      within(list)
        .getAllByRole("listitem")
        .map((item) => item.textContent);
    expect(names()).toEqual(["Melanoma79%", "Nevus16%", "Basal cell carcinoma2%"]);
    await user.click(within(list).getByRole("button", { name: "All 4" }));
    expect(names().at(-1)).toBe("Spitz nevus< 1%");
    expect(within(list).getByRole("button", { name: "Fewer" })).toHaveAttribute(
      "aria-expanded",
      "true",
    );
  });

  it("has a photo without a result assessed when asked", async () => {
    const asked = fakeGateway({ "POST /api/predict/again/i-1": detectionWith() });
    const user = await showCard(null);
    expect(screen.getByText("This photo has no result yet.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Assess this photo" }));
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /api/predict/again/i-1",
    ]);
  });

  it("speaks German to German clinicians", async () => {
    await showCard(
      { label: "malignant", probability_malignant: 0.834, quality: ["BLURRED"] },
      "de",
    );
    expect(card()).toHaveAccessibleName("Ergebnis");
    expect(within(card()).getByText("Über der Schwelle")).toBeVisible();
    expect(card()).toHaveTextContent(/Wahrscheinlichkeit für bösartig: 83\s%/);
    expect(card()).toHaveTextContent("Unscharf; halten Sie still und stellen Sie neu scharf.");
    expect(screen.getByRole("note")).toHaveTextContent("Entscheidungshilfe, keine Diagnose");
  });
});
