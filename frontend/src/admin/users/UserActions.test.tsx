import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { fakeGateway } from "@/testing/gateway";
import { CLINICIAN } from "@/testing/records";
import { show } from "@/testing/show";
import { UserActions } from "./UserActions";

async function choose(action: string, answers: Record<string, object>, part: object = {}) {
  const asked = fakeGateway(answers);
  const person: Schemas["User"] = { ...CLINICIAN, ...part };
  const user = await show(<UserActions user={person} />);
  await user.click(screen.getByRole("button", { name: "Actions for Ada Byron" }));
  await user.click(await screen.findByRole("menuitem", { name: action }));
  return { asked, user };
}

describe("what an administrator does to an account", () => {
  it("says what disabling means, and does it only then", async () => {
    const { asked, user } = await choose("Disable the account", {
      "PATCH /api/admin/users/ada": { ...CLINICIAN, active: false },
    });
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByText(/^Ada Byron will be signed out at once/)).toBeVisible();
    expect(asked).toEqual([]);
    await user.click(dialog.getByRole("button", { name: "Disable the account" }));
    expect(await screen.findByText("Ada Byron has been updated.")).toBeVisible();
    expect(asked[0]?.body).toEqual({ active: false });
  });

  it("does nothing when it is cancelled", async () => {
    const { asked, user } = await choose("Reset the second factor", {});
    const dialog = within(await screen.findByRole("dialog"));
    await user.click(dialog.getByRole("button", { name: "Cancel" }));
    expect(asked).toEqual([]);
  });

  it("says how many sessions it has ended", async () => {
    const { user } = await choose("End all sessions", {
      "DELETE /api/admin/users/ada/sessions": { ended: 3 },
    });
    const dialog = within(await screen.findByRole("dialog"));
    await user.click(dialog.getByRole("button", { name: "End all sessions" }));
    expect(await screen.findByText("3 sessions have ended.")).toBeVisible();
  });

  it("demands a second factor at once, for that takes nothing away", async () => {
    const { asked } = await choose("Require a second factor", {
      "PATCH /api/admin/users/ada": { ...CLINICIAN, two_factor_required: true },
    });
    await expect.poll(() => asked[0]?.body).toEqual({ require_two_factor: true });
  });

  it("offers to reset a factor only where there is one, and to enable what is disabled", async () => {
    fakeGateway({});
    const person = { ...CLINICIAN, two_factor_enabled: false, active: false };
    const user = await show(<UserActions user={person} />);
    await user.click(screen.getByRole("button", { name: "Actions for Ada Byron" }));
    expect(await screen.findByRole("menuitem", { name: "Enable the account" })).toBeVisible();
    expect(screen.queryByRole("menuitem", { name: "Reset the second factor" })).toBeNull();
    expect(screen.queryByRole("menuitem", { name: "Disable the account" })).toBeNull();
  });
});
