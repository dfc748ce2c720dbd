import { screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { fakeGateway, fakeUploads, refusal } from "@/testing/gateway";
import { show } from "@/testing/show";
import HandInPage from "./HandInPage";
import { forgetLink } from "./link";

const claimed = (minutes = 10) => ({
  token: "phones-token",
  expires_at: new Date(Date.now() + minutes * 60_000).toISOString(),
});

/** Opens the page as a phone does that has scanned a code. */
function scan(secret: string) {
  window.location.hash = secret;
  return show(<HandInPage />);
}

const photo = (name: string) => new File(["pixels"], name, { type: "image/jpeg" });
const chooser = () => {
  const input = document.querySelector<HTMLInputElement>("input[type=file][multiple]");
  if (!input) throw new Error("There is nothing to choose photos with");
  return input;
};

describe("the page of a hand-off's phone", () => {
  afterEach(() => {
    forgetLink();
    window.location.hash = "";
  });

  it("claims the link with a key of its own, and takes it out of the address", async () => {
    const asked = fakeGateway({
      "POST /api/auth/claim-handoff": claimed(),
      "GET /api/hand-in": { body_site: "upper_extremity" },
    });
    await scan("the-secret");
    expect(await screen.findByRole("heading", { name: "Arm" })).toBeVisible();
    expect(window.location.hash).toBe("");
    const [claim, lesion] = asked;
    const body = claim?.body as { secret: string; key: string };
    expect(body.secret).toBe("the-secret");
    expect(body.key.length).toBeGreaterThanOrEqual(43);
    // Whoever is signed in at this browser too does not lend the phone their own token.
    expect(claim?.headers.get("authorization")).toBeNull();
    expect(lesion?.headers.get("authorization")).toBe("Bearer phones-token");
  });

  it("claims it with the same key after a reload", async () => {
    const keys: unknown[] = [];
    fakeGateway({
      "POST /api/auth/claim-handoff": ({ body }) => {
        keys.push((body as { key: string }).key);
        return claimed();
      },
      "GET /api/hand-in": { body_site: null },
    });
    await scan("the-secret");
    expect(await screen.findByRole("heading", { name: "Lesion" })).toBeVisible();
    await show(<HandInPage />);
    await expect.poll(() => keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it("hands photos in with its own token, one after the other", async () => {
    fakeGateway({
      "POST /api/auth/claim-handoff": claimed(),
      "GET /api/hand-in": { body_site: "upper_extremity" },
    });
    const sent = fakeUploads(() => Response.json(null));
    const user = await scan("the-secret");
    await screen.findByRole("heading", { name: "Arm" });
    await user.upload(chooser(), [photo("one.jpg"), photo("two.jpg")]);
    expect(await screen.findByText("2 photos sent")).toBeVisible();
    expect(sent.map(({ path }) => path)).toEqual(["/api/hand-in/photos", "/api/hand-in/photos"]);
    expect(sent[0]?.headers.get("authorization")).toBe("Bearer phones-token");
    expect(sent[0]?.headers.get("idempotency-key")).not.toBe(
      sent[1]?.headers.get("idempotency-key"),
    );
    expect([...(sent[0]?.form.keys() ?? [])]).toEqual(["file"]);
  });

  it("doesn't send again what the lesion has already, and says so", async () => {
    const asked = fakeGateway({
      "POST /api/auth/claim-handoff": claimed(),
      "GET /api/hand-in": { body_site: "upper_extremity" },
      "POST /api/hand-in/copies": ({ body }) => body as object,
    });
    const sent = fakeUploads(() => Response.json(null));
    const user = await scan("the-secret");
    await screen.findByRole("heading", { name: "Arm" });
    await user.upload(chooser(), [photo("one.jpg")]);
    expect(await screen.findByText("Already sent")).toBeVisible();
    expect(sent).toHaveLength(0);
    expect(asked.at(-1)?.headers.get("authorization")).toBe("Bearer phones-token");
  });

  it("sends a photo again once the connection is back", async () => {
    fakeGateway({
      "POST /api/auth/claim-handoff": claimed(),
      "GET /api/hand-in": { body_site: "upper_extremity" },
    });
    let isAway = true;
    const sent = fakeUploads(() => {
      const answer = isAway ? refusal(503, "UNAVAILABLE", "Later.") : Response.json(null);
      isAway = false;
      return answer;
    });
    const user = await scan("the-secret");
    await screen.findByRole("heading", { name: "Arm" });
    await user.upload(chooser(), [photo("one.jpg")]);
    expect(await screen.findByText("Waiting")).toBeVisible();
    await expect.poll(() => screen.queryByText("1 photo sent"), { timeout: 10_000 }).toBeTruthy();
    expect(new Set(sent.map(({ headers }) => headers.get("idempotency-key"))).size).toBe(1);
  });

  it("says that the hand-off is over once a photo is refused for it", async () => {
    let isOver = false;
    fakeGateway({
      "POST /api/auth/claim-handoff": () =>
        isOver ? refusal(401, "HANDOFF_INVALID", "Over.") : claimed(),
      "GET /api/hand-in": { body_site: "upper_extremity" },
    });
    fakeUploads(() => refusal(401, "SESSION_ENDED", "Ended."));
    const user = await scan("the-secret");
    await screen.findByRole("heading", { name: "Arm" });
    isOver = true;
    await user.upload(chooser(), [photo("one.jpg")]);
    expect(await screen.findByText("No more photos can be sent")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Take a photo" })).not.toBeInTheDocument();
  });

  it("turns a second phone away, and says what to do", async () => {
    fakeGateway({
      "POST /api/auth/claim-handoff": refusal(401, "HANDOFF_CLAIMED", "Claimed."),
    });
    await scan("the-secret");
    expect(await screen.findByRole("alert")).toHaveTextContent("Another phone is using this code.");
  });

  it("explains itself to whoever opens it without a code", async () => {
    fakeGateway({});
    await show(<HandInPage />);
    expect(screen.getByText(/scanning the code on the computer/)).toBeVisible();
  });
});
