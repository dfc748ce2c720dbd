import { cleanup, screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { detectionWith, pageOf, reviewWith } from "@/testing/records";
import { show } from "@/testing/show";
import { ReviewForm } from "./ReviewForm";

const COLLEAGUES = {
  "GET /api/users/colleagues": pageOf({ id: "noor", full_name: "Noor Haddad" }),
};
const verdicts = () => screen.getByRole("radiogroup", { name: "What is your verdict?" });
const save = () => screen.getByRole("button", { name: "Save verdict" });

beforeEach(() => sessionStorage.clear());

describe("the form for a verdict", () => {
  it("can be saved only once a verdict is chosen", async () => {
    fakeGateway(COLLEAGUES);
    const user = await show(<ReviewForm detection={detectionWith()} />);
    expect(save()).toBeDisabled();
    await user.click(within(verdicts()).getByLabelText("I consider it malignant"));
    expect(save()).toBeEnabled();
  });

  it("sends the verdict with its note, says so, and is empty again", async () => {
    const asked = fakeGateway({
      ...COLLEAGUES,
      "POST /api/detections/d-1/reviews": reviewWith(),
    });
    const user = await show(<ReviewForm detection={detectionWith()} />);
    await user.click(within(verdicts()).getByLabelText("I agree with the model"));
    await user.type(screen.getByLabelText("Note"), "Regular network.");
    await user.click(save());
    expect(await screen.findByText("Your verdict is in the record.")).toBeVisible();
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
      verdict: "agrees",
      note: "Regular network.",
    });
    expect(screen.getByLabelText("Note")).toHaveValue("");
    expect(save()).toBeDisabled();
  });

  it("offers no agreement where the model can't assess the photo", async () => {
    fakeGateway(COLLEAGUES);
    await show(<ReviewForm detection={detectionWith({ assessable: false })} />);
    const offered = within(verdicts()).getAllByRole("radio");
    expect(offered.map((radio) => radio.getAttribute("value"))).toEqual([
      "benign",
      "malignant",
      "biopsy_benign",
      "biopsy_malignant",
    ]);
  });

  it("keeps what was typed when the verdict could not be saved", async () => {
    fakeGateway({
      ...COLLEAGUES,
      "POST /api/detections/d-1/reviews": refusal(503, "UNAVAILABLE", "Try again later."),
    });
    const user = await show(<ReviewForm detection={detectionWith()} />);
    await user.click(within(verdicts()).getByLabelText("Biopsy: benign"));
    await user.type(screen.getByLabelText("Note"), "Report of 3 May.");
    await user.click(save());
    expect(screen.getByLabelText("Note")).toHaveValue("Report of 3 May.");
    expect(within(verdicts()).getByLabelText("Biopsy: benign")).toBeChecked();
  });

  it("shows earlier verdicts with their notes and whose they are", async () => {
    fakeGateway(COLLEAGUES);
    const reviews = [
      reviewWith({ id: "1", verdict: "benign", note: "No change.", author_id: "noor" }),
      reviewWith({ id: "2", verdict: "biopsy_malignant", author_id: "ada" }),
      reviewWith({ id: "3", verdict: "malignant", author_id: "somebody-gone" }),
    ];
    await show(<ReviewForm detection={detectionWith({ reviews })} />);
    expect(await screen.findByText(/^Noor Haddad ·/)).toBeVisible();
    expect(screen.getByText("No change.")).toBeVisible();
    expect(screen.getByText(/^Ada Byron ·/)).toBeVisible();
    expect(screen.getByText(/^A colleague ·/)).toBeVisible();
  });

  it("keeps a draft for its photo when another one is looked at, and across a reload", async () => {
    fakeGateway(COLLEAGUES);
    const user = await show(<ReviewForm detection={detectionWith()} />);
    await user.click(within(verdicts()).getByLabelText("I consider it malignant"));
    await user.type(screen.getByLabelText("Note"), "Excise with 2 mm margin.");
    cleanup();
    await show(<ReviewForm detection={detectionWith({ image_id: "i-2" })} />);
    expect(screen.getByLabelText("Note")).toHaveValue("");
    cleanup();
    await show(<ReviewForm detection={detectionWith({ id: "d-2" })} />);
    expect(screen.getByLabelText("Note")).toHaveValue("Excise with 2 mm margin.");
    expect(within(verdicts()).getByLabelText("I consider it malignant")).toBeChecked();
  });

  it("says which answer a verdict was given on, and which verdicts were taken back", async () => {
    fakeGateway(COLLEAGUES);
    const given_on = {
      detection_id: "d-0",
      model_name: "lesion",
      model_version: "1.0.0",
      label: "malignant" as const,
      probability_malignant: 0.83,
      assessable: true,
    };
    const reviews = [
      reviewWith({ id: "1", verdict: "malignant", given_on, replaced_by: "2" }),
      reviewWith({ id: "2", verdict: "withdrawn", replaces: "1" }),
    ];
    await show(<ReviewForm detection={detectionWith({ reviews })} />);
    expect(screen.getByText(/on lesion 1\.0\.0: 83/)).toBeVisible();
    expect(screen.getByText("Withdrawn")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Withdraw" })).toBeNull();
  });

  it("corrects the verdict that stands by a new one that names it", async () => {
    const asked = fakeGateway({
      ...COLLEAGUES,
      "POST /api/detections/d-1/reviews": reviewWith({ id: "2" }),
    });
    const reviews = [reviewWith({ id: "1", verdict: "benign", note: "Nevus." })];
    const user = await show(<ReviewForm detection={detectionWith({ reviews })} />);
    await user.click(screen.getByRole("button", { name: "Correct" }));
    expect(screen.getByLabelText("Note")).toHaveValue("Nevus.");
    await user.click(within(verdicts()).getByLabelText("I consider it malignant"));
    await user.selectOptions(screen.getByLabelText("What is to be done"), "Excise");
    await user.click(save());
    expect(await screen.findByText("Your verdict is in the record.")).toBeVisible();
    expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
      verdict: "malignant",
      note: "Nevus.",
      management: "excise",
      replaces: "1",
    });
  });

  it("asks German clinicians for their Beurteilung", async () => {
    fakeGateway(COLLEAGUES);
    await show(<ReviewForm detection={detectionWith()} />, { language: "de" });
    expect(screen.getByRole("region", { name: "Ihre Beurteilung" })).toBeVisible();
    expect(screen.getByRole("radio", { name: "Aus meiner Sicht gutartig" })).toBeEnabled();
    expect(screen.getByRole("radio", { name: "Biopsie: bösartig" })).toBeEnabled();
  });
});
