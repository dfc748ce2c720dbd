import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { show } from "@/testing/show";
import { Course } from "./Course";

it("never says that a model is certain", async () => {
  await show(<Course course={[0.0004, 0.9996]} />);
  expect(screen.getByRole("img")).toHaveAccessibleName(/< 1%.*> 99%/);
});
