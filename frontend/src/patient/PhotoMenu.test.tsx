import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { imageWith, lesionWith, pageOf, patientWith } from "@/testing/records";
import { show } from "@/testing/show";
import { PhotoMenu } from "./PhotoMenu";

const menu = () => screen.getByRole("button", { name: "Correct this photo" });
const RECORD = {
  "GET /api/patients/p-1": patientWith(),
  "GET /api/patients/p-1/lesions": pageOf(lesionWith()),
  "GET /api/patients/p-2/lesions": pageOf(lesionWith({ id: "l-2", label: "left calf" })),
};

describe("a photo's menu", () => {
  it("moves it to another patient's lesion, and back from the message", async () => {
    const asked = fakeGateway({
      ...RECORD,
      "GET /api/patients/": pageOf(patientWith({ id: "p-2", full_name: "Noor Haddad" })),
      "PATCH /api/images/i-1": ({ body }) => imageWith({ ...(body as object), version: 2 }),
    });
    const user = await show(<PhotoMenu image={imageWith()} lesions={[lesionWith()]} />);
    await user.click(menu());
    await user.click(
      await screen.findByRole("menuitem", { name: "Move to another lesion or patient" }),
    );
    await user.type(await screen.findByLabelText("Find another patient"), "noor");
    await user.click(await screen.findByRole("button", { name: /Noor Haddad/ }));
    await screen.findByRole("option", { name: "1 left calf" });
    await user.selectOptions(screen.getByLabelText("Lesion"), "l-2");
    await user.click(screen.getByRole("button", { name: "Move photo" }));
    expect(
      await screen.findByText("The photo has been moved to Noor Haddad, left calf."),
    ).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(await screen.findByText("That has been undone.")).toBeVisible();
    const changes = asked.filter(({ method }) => method === "PATCH");
    expect(changes.map(({ body }) => body)).toEqual([
      { patient_id: "p-2", lesion_id: "l-2" },
      { patient_id: "p-1", lesion_id: "l-1" },
    ]);
    expect(changes.map(({ headers }) => headers.get("if-match"))).toEqual(['"1"', '"2"']);
  });

  it("marks it as entered in error only with a reason, and says why that was refused", async () => {
    fakeGateway({
      ...RECORD,
      "POST /api/images/i-1/entered-in-error": refusal(412, "VERSION_CONFLICT", "Reload."),
    });
    const user = await show(<PhotoMenu image={imageWith()} lesions={[]} />);
    await user.click(menu());
    await user.click(await screen.findByRole("menuitem", { name: "Entered in error" }));
    const mark = await screen.findByRole("button", { name: "Mark as entered in error" });
    expect(mark).toBeDisabled();
    await user.type(screen.getByLabelText(/Why is it wrong/), "A thumb.");
    await user.click(mark);
    expect(await screen.findByRole("alert")).toBeVisible();
    expect(screen.getByLabelText(/Why is it wrong/)).toHaveValue("A thumb.");
  });
});
