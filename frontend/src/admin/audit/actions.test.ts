import { expect, it } from "vitest";
import { actionsOf } from "./actions";

it("every action is named by its kind and what was done, as the server names it", () => {
  for (const chain of ["identity", "record"] as const) {
    for (const action of actionsOf(chain)) expect(action).toMatch(/^[a-z_]+\.[a-z_]+$/);
  }
  expect(actionsOf("identity")).toContain("model.release_requested");
  expect(actionsOf("identity")).not.toContain("password.model");
  expect(actionsOf("record")).toContain("patient.viewed");
});
