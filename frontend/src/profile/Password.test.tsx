import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { show } from "@/testing/show";
import { Password } from "./Password";

const WRONG = "This is not your password.";

async function change(answer: object, repeat = "eleven-pears-under-snow") {
  const asked = fakeGateway({ "POST /api/users/me/password": answer });
  const user = await show(<Password />);
  await user.type(screen.getByLabelText("Current password"), "ten-plums-in-a-bowl");
  await user.type(screen.getByLabelText("New password"), "eleven-pears-under-snow");
  await user.type(screen.getByLabelText("Repeat new password"), repeat);
  await user.click(screen.getByRole("button", { name: "Change password" }));
  return { asked, user };
}

describe("changing one's password", () => {
  it("hides what is typed, and lets password managers and pasting work", async () => {
    const user = await show(<Password />);
    for (const [label, kind] of [
      ["Current password", "current-password"],
      ["New password", "new-password"],
      ["Repeat new password", "new-password"],
    ] as const) {
      const field = screen.getByLabelText(label);
      expect(field).toHaveAttribute("type", "password");
      expect(field).toHaveAttribute("autocomplete", kind);
      await user.click(field);
      await user.paste("eleven-pears-under-snow");
      expect(field).toHaveValue("eleven-pears-under-snow");
    }
  });

  it("sends both passwords and says what has happened", async () => {
    const { asked } = await change(new Response(null, { status: 204 }));
    expect(await screen.findByText(/^Your password has been changed/)).toBeVisible();
    expect(asked[0]?.body).toEqual({
      current_password: "ten-plums-in-a-bowl",
      new_password: "eleven-pears-under-snow",
    });
    expect(screen.getByLabelText("Current password")).toHaveValue("");
  });

  it("asks nobody while the new one is not the same twice", async () => {
    const { asked } = await change({}, "eleven-pears-under-rain");
    expect(await screen.findByText("The passwords don't match.")).toBeVisible();
    expect(asked).toEqual([]);
  });

  it("shows at the current one that it is wrong", async () => {
    await change(refusal(403, "PASSWORD_WRONG", WRONG));
    expect(await screen.findByText("The password is wrong.")).toBeVisible();
    expect(screen.getByLabelText("New password")).toHaveValue("eleven-pears-under-snow");
  });
});
