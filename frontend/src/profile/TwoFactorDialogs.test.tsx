import { screen, within } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, it, vi } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { show } from "@/testing/show";
import { NewCodesDialog, RemoveDialog, SetUpDialog } from "./TwoFactorDialogs";

const WRONG = "This password is wrong.";
const CODES = ["AAAA-BBBB", "CCCC-DDDD"];
const dialog = () => within(screen.getByRole("dialog"));
const password = () => dialog().getByLabelText(/^Your password/);

async function open(
  component: (onClose: () => void) => ReactNode,
  answers: Parameters<typeof fakeGateway>[0],
) {
  const asked = fakeGateway(answers);
  const onClose = vi.fn();
  const user = await show(component(onClose));
  return { asked, onClose, user };
}

describe("the dialogs of the second factor", () => {
  it("ask for the password before an app is set up, and then for its first code", async () => {
    const { asked, user } = await open((onClose) => <SetUpDialog onClose={onClose} />, {
      "POST /api/users/me/2fa/setup": {
        otpauth_uri: "otpauth://totp/Dermis:ada?secret=JBSWY3DPEHPK3PXP",
        secret: "JBSWY3DPEHPK3PXP",
        qr_svg: "<svg xmlns='http://www.w3.org/2000/svg'/>",
      },
    });
    expect(dialog().getByRole("button", { name: "Continue" })).toBeDisabled();
    await user.type(password(), "eleven pears");
    await user.click(dialog().getByRole("button", { name: "Continue" }));
    expect(await dialog().findByText(/JBSW/)).toBeInTheDocument();
    expect(asked[0]?.body).toEqual({ password: "eleven pears", code: "" });
  });

  it("show a wrong password where it was typed", async () => {
    const { user, onClose } = await open((close) => <NewCodesDialog onClose={close} />, {
      "POST /api/users/me/2fa/recovery-codes": refusal(403, "PASSWORD_WRONG", WRONG),
    });
    await user.type(password(), "wrong");
    await user.click(dialog().getByRole("button", { name: "New recovery codes" }));
    expect(await dialog().findByText("The password is wrong.")).toBeVisible();
    expect(onClose).not.toHaveBeenCalled();
  });

  it("show new recovery codes once, and stay until they are kept", async () => {
    const { user, onClose } = await open((close) => <NewCodesDialog onClose={close} />, {
      "POST /api/users/me/2fa/recovery-codes": { recovery_codes: CODES, tokens: null },
    });
    await user.type(password(), "eleven pears");
    await user.click(dialog().getByRole("button", { name: "New recovery codes" }));
    for (const code of CODES) expect(await screen.findByText(new RegExp(code))).toBeVisible();
    await user.keyboard("{Escape}");
    expect(onClose).not.toHaveBeenCalled();
  });

  it("remove the factor by password and code together", async () => {
    const { asked, user, onClose } = await open((close) => <RemoveDialog onClose={close} />, {
      "DELETE /api/users/me/2fa": new Response(null, { status: 204 }),
    });
    const remove = () => dialog().getByRole("button", { name: "Remove the second factor" });
    await user.type(password(), "eleven pears");
    expect(remove()).toBeDisabled();
    const [first] = dialog().getAllByRole("textbox");
    if (first) await user.click(first);
    await user.paste("492039");
    await user.click(remove());
    await expect.poll(() => onClose.mock.calls.length).toBe(1);
    expect(asked[0]?.body).toEqual({ password: "eleven pears", code: "492039" });
    expect(await screen.findByText("The second factor has been removed.")).toBeVisible();
  });
});
