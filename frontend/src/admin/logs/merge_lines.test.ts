import { expect, it } from "vitest";
import { mergeLines, MOST_LINES } from "./merge_lines";

const line = (id: string) => ({ id });

it("a line that came both ways is shown once", () => {
  expect(mergeLines([line("3"), line("2")], [line("2"), line("1")]).map(({ id }) => id)).toEqual([
    "3",
    "2",
    "1",
  ]);
});

it("the oldest give way when there are too many", () => {
  const many = Array.from({ length: MOST_LINES }, (_, number) => line(`old ${number}`));
  const shown = mergeLines([line("new")], many);
  expect(shown).toHaveLength(MOST_LINES);
  expect(shown[0]?.id).toBe("new");
});
