import { screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { show } from "@/testing/show";
import RegisterPage from "./RegisterPage";

const submit = () => screen.getByRole("button", { name: "Create account" });

async function fillIn(user: Awaited<ReturnType<typeof show>>, password: string) {
  await user.type(screen.getByLabelText("Full name"), "Noor Haddad");
  await user.type(screen.getByLabelText("Clinic"), "Harbour Dermatology");
  await user.type(screen.getByLabelText("E-mail address"), "noor@harbour.example");
  await user.type(screen.getByLabelText("Password"), password);
  await user.click(submit());
}

describe("the page to register", () => {
  afterEach(() => window.history.replaceState(null, "", "/"));

  it("names each field that is missing or too short, and asks the server nothing", async () => {
    const asked = fakeGateway({});
    const user = await show(<RegisterPage />);
    await user.type(screen.getByLabelText("Password"), "short");
    await user.click(submit());
    expect(await screen.findByText("Enter an e-mail address.")).toBeVisible();
    expect(screen.getAllByText("Please fill this in.")).toHaveLength(2);
    expect(screen.getByText("Use 12 to 128 characters.")).toBeVisible();
    expect(asked).toEqual([]);
  });

  it("shows the server's refusal at the field that it is about", async () => {
    const message = "This password is too easy to guess. Use more words, or less common ones.";
    fakeGateway({
      "POST /api/auth/register": refusal(422, "PASSWORD_TOO_COMMON", message, [
        { pointer: "/password", message },
      ]),
    });
    const user = await show(<RegisterPage />);
    await fillIn(user, "password1234");
    expect(await screen.findByText(message)).toBeVisible();
    expect(screen.getByLabelText("Password")).toHaveAccessibleDescription(
      expect.stringContaining(message),
    );
    expect(screen.getByLabelText("Password")).toHaveFocus();
  });

  it("says where to look for the verification link", async () => {
    fakeGateway({ "POST /api/auth/register": {} });
    const user = await show(<RegisterPage />);
    await fillIn(user, "seven lemons in autumn rain");
    expect(await screen.findByRole("heading", { name: "Check your inbox" })).toBeVisible();
    expect(screen.getByRole("status")).toHaveTextContent("noor@harbour.example");
  });

  it("asks whoever is invited for no clinic, and sends the invitation along", async () => {
    window.history.replaceState(null, "", "/register#token=invitation-1");
    const asked = fakeGateway({ "POST /api/auth/register": {} });
    const user = await show(<RegisterPage />);
    expect(screen.getByText(/^You have been invited\./)).toBeVisible();
    expect(screen.queryByLabelText("Clinic")).not.toBeInTheDocument();
    await user.type(screen.getByLabelText("Full name"), "Noor Haddad");
    await user.type(screen.getByLabelText("E-mail address"), "noor@harbour.example");
    await user.type(screen.getByLabelText("Password"), "seven lemons in autumn rain");
    await user.click(submit());
    await screen.findByRole("heading", { name: "Check your inbox" });
    expect(asked[0]?.body).toMatchObject({ invitation: "invitation-1", clinic_name: "" });
  });
});
