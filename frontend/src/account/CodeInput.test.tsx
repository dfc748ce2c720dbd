import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { show } from "@/testing/show";
import { CodeInput } from "./CodeInput";

it("the six boxes are one named group, and each says which digit it takes", async () => {
  await show(
    <CodeInput label="Code from your app" value="" onChange={() => {}} onComplete={() => {}} />,
  );
  const group = screen.getByRole("group", { name: "Code from your app" });
  const boxes = within(group).getAllByRole("textbox");
  expect(boxes).toHaveLength(6);
  expect(boxes[0]).toHaveAccessibleName("Digit 1 of 6");
  expect(boxes[5]).toHaveAccessibleName("Digit 6 of 6");
});
