import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeGateway } from "@/testing/gateway";
import { entryWith } from "@/testing/records";
import { address, show } from "@/testing/show";
import { First } from "./First";

it("shows what comes first with its reason, and a key opens it", async () => {
  fakeGateway({
    "GET /api/worklist/urgent": {
      entries: [
        { entry: entryWith({ id: "d-1", image_id: "i-1" }), urgency: "assigned" },
        {
          entry: entryWith(
            { id: "d-2", image_id: "i-2", lesion_id: "l-2" },
            { full_name: "Omar Haddad", due_on: "2026-02-01" },
          ),
          urgency: "overdue",
        },
      ],
    },
  });
  const user = await show(<First />);
  const [mine, late] = await screen.findAllByRole("link");
  expect(mine).toHaveTextContent(/Ingrid Solheim.*left shoulder blade.*Assigned to you/);
  expect(late).toHaveTextContent(/Omar Haddad.*overdue since/);
  await user.keyboard("2");
  expect(address()).toBe("/patient/p-1?lesion=l-2&image=i-2");
});

it("says so where nothing is urgent", async () => {
  fakeGateway({ "GET /api/worklist/urgent": { entries: [] } });
  await show(<First />, { language: "de" });
  expect(await screen.findByText("Zurzeit ist nichts dringend.")).toBeVisible();
});
