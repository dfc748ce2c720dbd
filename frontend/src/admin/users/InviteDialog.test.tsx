import { screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { fakeGateway } from "@/testing/gateway";
import { show } from "@/testing/show";
import { InviteDialog } from "./InviteDialog";

const dialog = () => within(screen.getByRole("dialog"));

async function open() {
  const asked = fakeGateway({
    "GET /api/admin/clinics": {
      items: [{ id: "c-1", name: "Harbour Dermatology" }],
      next_cursor: null,
    },
    "POST /api/admin/invitations": { id: "v-1", expires_at: "2026-03-21T09:26:53.589Z" },
  });
  const onClose = vi.fn();
  const user = await show(<InviteDialog onClose={onClose} />);
  const sent = () => asked.filter(({ method }) => method === "POST").map(({ body }) => body);
  return { sent, user, onClose };
}

describe("the invitation of somebody", () => {
  it("needs an address, and a clinic for a clinician", async () => {
    const { sent, user } = await open();
    await user.click(dialog().getByRole("button", { name: "Send invitation" }));
    expect(await dialog().findByText("A clinician belongs to a clinic; choose one.")).toBeVisible();
    expect(dialog().getByLabelText("E-mail address")).toBeInvalid();
    expect(sent()).toEqual([]);
  });

  it("asks for no clinic where the role has none, and says how long it is valid", async () => {
    const { sent, user, onClose } = await open();
    await user.type(dialog().getByLabelText("E-mail address"), "mia@lab.example");
    await user.selectOptions(dialog().getByLabelText("Role"), "ml_engineer");
    expect(dialog().queryByLabelText("Clinic")).toBeNull();
    await user.click(dialog().getByRole("button", { name: "Send invitation" }));
    expect(
      await screen.findByText(/^An invitation to mia@lab\.example is on its way/),
    ).toBeVisible();
    expect(onClose).toHaveBeenCalledOnce();
    expect(sent()).toEqual([{ email: "mia@lab.example", role: "ml_engineer", clinic_id: null }]);
  });
});
