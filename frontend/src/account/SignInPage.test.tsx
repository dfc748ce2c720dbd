import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { currentAccess, forget } from "@/api/access";
import { SessionContext } from "@/session/useSession";
import { fakeGateway, refusal } from "@/testing/gateway";
import { address, show } from "@/testing/show";
import SignInPage from "./SignInPage";

/** The page as whoever is signed out sees it. */
async function showPage(answer: object, language: "en" | "de" = "en") {
  const asked = fakeGateway({ "POST /api/auth/login": answer });
  const user = await show(
    <SessionContext value={{ status: "signed_out" }}>
      <SignInPage />
    </SessionContext>,
    { language, path: "/?next=/patients" },
  );
  forget();
  return { asked, user };
}

async function signInAs(user: Awaited<ReturnType<typeof show>>) {
  await user.type(screen.getByLabelText("E-mail address"), "ada@harbour.example");
  await user.type(screen.getByLabelText("Password"), "seven lemons in autumn rain");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
}

describe("the sign-in page", () => {
  it("asks for what is missing before it asks the server", async () => {
    const { asked, user } = await showPage({});
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByText("Enter an e-mail address.")).toBeVisible();
    expect(screen.getByLabelText("Password")).toHaveAccessibleDescription("Please fill this in.");
    expect(asked).toEqual([]);
  });

  it("does not say which of address and password was wrong", async () => {
    const { user } = await showPage(refusal(401, "CREDENTIALS_INVALID", "Wrong."));
    await signInAs(user);
    expect(await screen.findByRole("alert")).toHaveTextContent(
      "E-mail address or password is wrong.",
    );
  });

  it("begins the session", async () => {
    const { asked, user } = await showPage({
      status: "authenticated",
      access_token: "token-1",
      expires_at: new Date(Date.now() + 600_000).toISOString(),
    });
    await signInAs(user);
    await expect.poll(() => currentAccess()?.token).toBe("token-1");
    expect(asked[0]?.body).toEqual({
      email: "ada@harbour.example",
      password: "seven lemons in autumn rain",
    });
  });

  it("goes on to the second factor, and remembers where to go after it", async () => {
    const { user } = await showPage({
      status: "two_factor_required",
      challenge_token: "challenge-1",
      expires_at: new Date(Date.now() + 600_000).toISOString(),
    });
    await signInAs(user);
    await expect.poll(address).toBe("/2fa?next=%2Fpatients");
  });

  it("refuses in German", async () => {
    const { user } = await showPage(refusal(429, "RATE_LIMITED", "Too many attempts."), "de");
    await user.type(screen.getByLabelText("E-Mail-Adresse"), "ada@harbour.example");
    await user.type(screen.getByLabelText("Passwort"), "seven lemons in autumn rain");
    await user.click(screen.getByRole("button", { name: "Anmelden" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Zu viele Versuche.");
  });
});
