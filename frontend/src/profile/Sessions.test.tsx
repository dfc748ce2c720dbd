import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Schemas } from "@/api/client";
import { fakeGateway } from "@/testing/gateway";
import { show } from "@/testing/show";
import { Sessions } from "./Sessions";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

function sessionWith(part: Partial<Schemas["Session"]>): Schemas["Session"] {
  return {
    id: "s-1",
    created_at: "2026-03-14T09:26:53.589Z",
    last_used_at: "2026-03-14T09:26:53.589Z",
    expires_at: "2026-03-15T09:26:53.589Z",
    address: "192.0.2.1",
    agent: FIREFOX,
    current: false,
    ...part,
  };
}

const OWN = sessionWith({ current: true });
const OTHER = sessionWith({ id: "s-2", agent: PHONE, address: "198.51.100.7" });

describe("the list of one's sessions", () => {
  it("says that one is signed in nowhere else, and offers nothing to end", async () => {
    fakeGateway({ "GET /api/users/me/sessions": { items: [OWN] } });
    await show(<Sessions />);
    expect(await screen.findByText("You are not signed in anywhere else.")).toBeVisible();
    expect(screen.getByText("This browser")).toBeVisible();
    expect(screen.queryByRole("button")).not.toBeInTheDocument();
  });

  it("shows another device with its address, and ends it", async () => {
    let items = [OWN, OTHER];
    const asked = fakeGateway({
      "GET /api/users/me/sessions": () => ({ items }),
      "DELETE /api/users/me/sessions/s-2": () => {
        items = [OWN];
        return new Response(null, { status: 204 });
      },
    });
    const user = await show(<Sessions />);
    expect(await screen.findByText(/198\.51\.100\.7/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: /^End the session of/ }));
    expect(await screen.findByText("The session has ended.")).toBeVisible();
    await expect.poll(() => screen.queryByText(/198\.51\.100\.7/)).toBeNull();
    expect(asked.some(({ method }) => method === "DELETE")).toBe(true);
  });

  it("asks before it ends all others", async () => {
    const asked = fakeGateway({
      "GET /api/users/me/sessions": { items: [OWN, OTHER] },
      "DELETE /api/users/me/sessions": { ended: 1 },
    });
    const user = await show(<Sessions />);
    await user.click(await screen.findByRole("button", { name: "End all others" }));
    const dialog = within(await screen.findByRole("dialog", { name: "End all other sessions?" }));
    expect(asked.filter(({ method }) => method === "DELETE")).toEqual([]);
    await user.click(dialog.getByRole("button", { name: "End all others" }));
    expect(await screen.findByText("1 session has ended.")).toBeVisible();
  });
});
