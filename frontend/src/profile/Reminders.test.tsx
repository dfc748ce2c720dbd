import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeGateway } from "@/testing/gateway";
import { CLINICIAN } from "@/testing/records";
import { show } from "@/testing/show";
import { Reminders } from "./Reminders";

it("is saved as it is switched", async () => {
  const asked = fakeGateway({ "PUT /api/users/me": { ...CLINICIAN, reminders: true } });
  const user = await show(<Reminders />);
  const choice = screen.getByRole("switch", { name: /^Mail me when lesions are due/ });
  expect(choice).not.toBeChecked();
  await user.click(choice);
  expect(await screen.findByText("Saved.")).toBeVisible();
  expect(asked[0]?.body).toEqual({ reminders: true, current_password: "" });
});
