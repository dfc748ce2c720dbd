import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { show } from "@/testing/show";
import VerifyPage from "./VerifyPage";

async function opened(hash: string) {
  window.location.hash = hash;
  const asked = fakeGateway({
    "POST /api/auth/verify-email": refusal(400, "LINK_INVALID", "This link no longer works."),
    "POST /api/auth/resend-verification": new Response(null, { status: 202 }),
  });
  return { asked, user: await show(<VerifyPage />, { path: `/verify${hash}` }) };
}

describe("a verification link that no longer works", () => {
  it("can be replaced by a new one", async () => {
    const { asked, user } = await opened("#token=spent");
    expect(await screen.findByRole("alert")).toBeVisible();
    await user.type(screen.getByLabelText("E-mail address"), "ada@harbour.example");
    await user.click(screen.getByRole("button", { name: "Send a new link" }));
    expect(await screen.findByRole("status")).toHaveTextContent(/ada@harbour\.example/);
    expect(asked.at(-1)?.path).toBe("/api/auth/resend-verification");
  });

  it("that was cut off can be replaced too, and an address must be one", async () => {
    const { user } = await opened("");
    await user.click(await screen.findByRole("button", { name: "Send a new link" }));
    expect(await screen.findByText("Enter an e-mail address.")).toBeVisible();
  });
});
