import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { show } from "@/testing/show";
import { OrderChoice } from "./OrderChoice";

it("without column heads the list is sorted by a choice, and turned round by a button", async () => {
  const onOrder = vi.fn();
  const user = await show(
    <OrderChoice order={{ sort: "name", descending: false }} onOrder={onOrder} />,
  );
  await user.selectOptions(screen.getByRole("combobox", { name: "Sort by" }), "highest_risk");
  expect(onOrder).toHaveBeenLastCalledWith({ sort: "highest_risk", descending: true });
  await user.click(screen.getByRole("button", { name: /Turn the order round \(now ascending\)/ }));
  expect(onOrder).toHaveBeenLastCalledWith({ sort: "name", descending: true });
});
