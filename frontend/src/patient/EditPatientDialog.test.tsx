import { screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { patientWith } from "@/testing/records";
import { show } from "@/testing/show";
import { EditPatientDialog } from "./EditPatientDialog";

const THEIRS = patientWith({ version: 4, risk_notes: "Mother: melanoma", contact: "555 0100" });

/** The dialog on version 3, while a colleague has saved version 4. */
async function showOutdated() {
  const asked = fakeGateway({
    "PUT /api/patients/p-1": ({ headers }) =>
      headers.get("if-match") === '"4"'
        ? patientWith({ version: 5 })
        : refusal(412, "CHANGED_MEANWHILE", "Changed."),
    "GET /api/patients/p-1": THEIRS,
  });
  const onClose = vi.fn();
  const user = await show(<EditPatientDialog patient={patientWith()} onClose={onClose} />);
  await user.type(screen.getByLabelText("Contact"), "555 0199");
  await user.click(screen.getByRole("button", { name: "Save" }));
  const conflict = await screen.findByRole("alert");
  return { asked, user, onClose, conflict };
}

describe("a patient whom a colleague has changed in the meantime", () => {
  it("is not overwritten unasked: the dialog shows what they changed", async () => {
    const { conflict, onClose } = await showOutdated();
    const changed = within(conflict).getAllByRole("listitem");
    expect(changed.map((item) => item.textContent)).toEqual([
      "Contact: 555 0100",
      "Risk factors: Mother: melanoma",
    ]);
    expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
    expect(onClose).not.toHaveBeenCalled();
  });

  it("can be overwritten on request", async () => {
    const { asked, user, onClose, conflict } = await showOutdated();
    await user.click(within(conflict).getByRole("button", { name: "Overwrite with mine" }));
    await expect.poll(() => onClose.mock.calls).toHaveLength(1);
    expect(asked.findLast(({ method }) => method === "PUT")?.body).toMatchObject({
      contact: "555 0199",
      risk_notes: "",
    });
  });

  it("can be taken as it is now, to go on from there", async () => {
    const { user, conflict } = await showOutdated();
    await user.click(within(conflict).getByRole("button", { name: "Use theirs" }));
    expect(screen.getByLabelText("Contact")).toHaveValue("555 0100");
    expect(screen.getByLabelText(/^Risk factors/)).toHaveValue("Mother: melanoma");
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });
});
