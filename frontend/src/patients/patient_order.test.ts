import { describe, expect, it } from "vitest";
import { orderOf, pressed, putOrder } from "./patient_order";

describe("the order of the patients", () => {
  it("is kept in the address, and the usual one needs no words", () => {
    const risk = { sort: "highest_risk", descending: true } as const;
    const address = putOrder(new URLSearchParams("search=ann"), risk);
    expect(address.toString()).toBe("search=ann&sort=highest_risk&order=desc");
    expect(orderOf(address)).toEqual(risk);
    expect(putOrder(address, { sort: "name", descending: false }).toString()).toBe("search=ann");
    expect(orderOf(new URLSearchParams("sort=nonsense"))).toEqual({
      sort: "name",
      descending: false,
    });
  });

  it("begins with the most urgent, and turns round at a second press", () => {
    const first = pressed({ sort: "name", descending: false }, "open_items");
    expect(first).toEqual({ sort: "open_items", descending: true });
    expect(pressed(first, "open_items")).toEqual({ sort: "open_items", descending: false });
    expect(pressed(first, "name")).toEqual({ sort: "name", descending: false });
  });
});
