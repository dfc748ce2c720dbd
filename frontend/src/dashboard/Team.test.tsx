import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeGateway } from "@/testing/gateway";
import { pageOf } from "@/testing/records";
import { show } from "@/testing/show";
import { Team } from "./Team";

it("says what is open by colleague, and leads to it", async () => {
  fakeGateway({
    "GET /api/worklist/team": {
      colleagues: [{ account_id: "grace", unreviewed: 4, follow_up: 1, overdue: 2, open: 5 }],
      unassigned: 1000,
    },
    "GET /api/users/colleagues": pageOf({ id: "grace", full_name: "Grace Hopper", has_left: true }),
  });
  await show(<Team />);
  const grace = await screen.findByRole("row", { name: /Grace Hopper/ });
  const counts = within(grace)
    .getAllByRole("cell")
    .map(({ textContent }) => textContent);
  expect(counts).toEqual(["4", "2", "1", "5"]);
  expect(within(grace).getByRole("link")).toHaveAttribute(
    "href",
    "/worklist?list=unreviewed&whose=grace",
  );
  expect(screen.getByRole("row", { name: "Nobody's 1,000 or more" })).toBeVisible();
});
