import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import { show } from "@/testing/show";
import { ChainCheck } from "./ChainCheck";

async function check(answer: object) {
  const asked = fakeGateway({ "GET /api/admin/audit/verify": answer });
  const user = await show(<ChainCheck />);
  expect(asked).toEqual([]);
  await user.click(screen.getByRole("button"));
  await expect.poll(() => asked).toHaveLength(1);
}

describe("the check of the audit", () => {
  it("says of each chain whether it is intact, and where it breaks", async () => {
    await check({
      chains: [
        { chain: "identity", intact: true, entries: 120, broken_at: null },
        { chain: "record", intact: false, entries: 77, broken_at: 78 },
      ],
    });
    expect(await screen.findByText(/120/)).toBeVisible();
    expect(screen.getByText(/78/)).toBeVisible();
  });

  it("claims nothing where there is no answer", async () => {
    await check(refusal(503, "UNAVAILABLE", "Try again in a moment."));
    await expect.poll(() => screen.getByRole("button")).toBeEnabled();
    expect(screen.getByRole("status")).toBeEmptyDOMElement();
  });
});
