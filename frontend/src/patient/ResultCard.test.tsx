import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { fakeGateway } from "@/testing/gateway";
import { detectionWith } from "@/testing/records";
import { show } from "@/testing/show";
import { ResultCard } from "./ResultCard";

type Part = Partial<Schemas["ReviewedDetection"]>;

const showCard = (part: Part | null, language: "en" | "de" = "en") =>
  show(<ResultCard detection={part && detectionWith(part)} imageId="i-1" patientId="p-1" />, {
    language,
  });
const card = () => screen.getByRole("region");

describe("the card of a result", () => {
  it("calls a photo benign with its probability, threshold and model", async () => {
    await showCard({ label: "benign", probability_malignant: 0.034, threshold: 0.215 });
    expect(card()).toHaveAccessibleName("Result");
    expect(within(card()).getByText("Benign")).toBeVisible();
    expect(within(card()).getByText("3.4% probability of malignancy")).toBeVisible();
    expect(
      screen.getByRole("img", {
        name: "Probability of malignancy 3.4%; called malignant from 21.5%",
      }),
    ).toBeVisible();
    expect(within(card()).getByText(/^Model lesion 1\.1\.2/)).toBeVisible();
  });

  it("never claims to be certain", async () => {
    await showCard({ label: "malignant", probability_malignant: 0.99997 });
    expect(within(card()).getByText("Malignant")).toBeVisible();
    expect(within(card()).getByText("> 99.9% probability of malignancy")).toBeVisible();
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
    expect(card()).not.toHaveTextContent(/Malignant|90|Melanoma/);
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
    expect(names()).toEqual(["Melanoma79.0%", "Nevus16.0%", "Basal cell carcinoma2.0%"]);
    await user.click(within(list).getByRole("button", { name: "All 4" }));
    expect(names().at(-1)).toBe("Spitz nevus< 0.1%");
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
    expect(within(card()).getByText("Bösartig")).toBeVisible();
    expect(card()).toHaveTextContent(/Wahrscheinlichkeit für bösartig: 83,4\s%/);
    expect(card()).toHaveTextContent("Unscharf; halten Sie still und stellen Sie neu scharf.");
    expect(screen.getByRole("note")).toHaveTextContent("Entscheidungshilfe, keine Diagnose");
  });
});
