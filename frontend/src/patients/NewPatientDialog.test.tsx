import { screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { patientWith } from "@/testing/records";
import { address, show } from "@/testing/show";
import { NewPatientDialog } from "./NewPatientDialog";

const dialog = () => within(screen.getByRole("dialog"));

async function showDialog(answer: object, language: "en" | "de" = "en") {
  const asked = fakeGateway({ "POST /api/patients/": answer });
  const onClose = vi.fn();
  const user = await show(<NewPatientDialog opened onClose={onClose} />, { language });
  return { asked, user, onClose };
}

describe("the dialog for a new patient", () => {
  it("asks for a name and a record number", async () => {
    const { asked, user } = await showDialog({});
    await user.click(dialog().getByRole("button", { name: "Add patient" }));
    expect(await dialog().findAllByText("Please fill this in.")).toHaveLength(2);
    expect(dialog().getByLabelText(/^Full name/)).toBeInvalid();
    expect(dialog().getByLabelText(/^Record number/)).toBeInvalid();
    expect(asked).toEqual([]);
  });

  it("says at the record number that it is taken", async () => {
    const taken = "Another patient of your clinic has this record number.";
    const { user } = await showDialog(refusal(409, "RECORD_NUMBER_TAKEN", taken));
    await user.type(dialog().getByLabelText(/^Full name/), "Ingrid Solheim");
    await user.type(dialog().getByLabelText(/^Record number/), "H-2041");
    await user.click(dialog().getByRole("button", { name: "Add patient" }));
    expect(await dialog().findByText(taken)).toBeVisible();
    expect(dialog().getByLabelText(/^Record number/)).toHaveFocus();
  });

  it("opens the record of the patient it has added", async () => {
    const { asked, user, onClose } = await showDialog(patientWith());
    await user.type(dialog().getByLabelText(/^Full name/), "Ingrid Solheim");
    await user.type(dialog().getByLabelText(/^Record number/), "H-2041");
    await user.selectOptions(dialog().getByLabelText("Sex"), "Female");
    await user.click(dialog().getByRole("button", { name: "Add patient" }));
    await expect.poll(address).toBe("/patient/p-1");
    expect(onClose).toHaveBeenCalledOnce();
    expect(asked[0]?.body).toMatchObject({ full_name: "Ingrid Solheim", sex: "female" });
  });

  it("asks in German", async () => {
    const { user } = await showDialog({}, "de");
    await user.click(dialog().getByRole("button", { name: "Patient anlegen" }));
    expect(await dialog().findAllByText("Bitte ausfüllen.")).toHaveLength(2);
  });
});
