import { screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { pageOf, patientWith } from "@/testing/records";
import { address, show } from "@/testing/show";
import { NewPatientDialog } from "./NewPatientDialog";

const dialog = () => within(screen.getByRole("dialog"));

async function showDialog(answer: object, language: "en" | "de" = "en", lookalikes: object[] = []) {
  const asked = fakeGateway({
    "POST /api/patients/": answer,
    "POST /api/patients/lookalikes": pageOf(...lookalikes),
  });
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
    expect(asked.map(({ path }) => path)).toEqual(["/api/patients/lookalikes", "/api/patients/"]);
    expect(asked[1]?.body).toMatchObject({ full_name: "Ingrid Solheim", sex: "female" });
  });

  it("names who might be the same person, and adds all the same if one says so", async () => {
    const known = patientWith({ id: "p-7", full_name: "I. Solheim", record_number: "H-7" });
    const { asked, user } = await showDialog(patientWith(), "en", [
      { patient: known, same_record_number: false, like_person: true },
    ]);
    await user.type(dialog().getByLabelText(/^Full name/), "Ingrid Solheim");
    await user.type(dialog().getByLabelText(/^Record number/), "H-2041");
    await user.click(dialog().getByRole("button", { name: "Add patient" }));
    expect(await dialog().findByRole("link", { name: "I. Solheim" })).toHaveAttribute(
      "href",
      "/patient/p-7",
    );
    expect(asked.map(({ path }) => path)).toEqual(["/api/patients/lookalikes"]);
    await user.click(dialog().getByRole("button", { name: "Add all the same" }));
    await expect.poll(address).toBe("/patient/p-1");
  });

  it("adds a patient when nobody can be asked who is like them", async () => {
    const asked = fakeGateway({ "POST /api/patients/": patientWith() });
    const user = await show(<NewPatientDialog opened onClose={vi.fn()} />);
    await user.type(dialog().getByLabelText(/^Full name/), "Ingrid Solheim");
    await user.type(dialog().getByLabelText(/^Record number/), "H-2041");
    await user.click(dialog().getByRole("button", { name: "Add patient" }));
    await expect.poll(address).toBe("/patient/p-1");
    expect(asked).toHaveLength(2);
  });

  it("asks in German", async () => {
    const { user } = await showDialog({}, "de");
    await user.click(dialog().getByRole("button", { name: "Patient anlegen" }));
    expect(await dialog().findAllByText("Bitte ausfüllen.")).toHaveLength(2);
  });
});
