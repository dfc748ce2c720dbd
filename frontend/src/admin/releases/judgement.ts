import type { Schemas } from "@/api/client";

type Judgement = Schemas["Judgement"];
type Figure = Schemas["Figure"];

/** The figures that the gate compares, in the order in which they are read. */
export const NAMES = ["sensitivity", "specificity", "auc", "brier", "not_assessable"] as const;
type Name = (typeof NAMES)[number];

/** One figure of a version beside the live one's, and how much worse it might have been. */
export type Compared = {
  name: Name;
  found: Figure | null;
  live: Figure | null;
  margin: number | null;
};

/** What the reference cases showed, row by row; none where no case was answered. */
export function compared({ figures, live_figures, margins }: Judgement): Compared[] {
  if (!figures) return [];
  return NAMES.map((name) => ({
    name,
    found: asFigure(figures[name]),
    live: asFigure(live_figures?.[name] ?? null),
    margin: margins[name] ?? null,
  }));
}

function asFigure(value: Figure | number | null): Figure | null {
  return typeof value === "number" ? { value, low: value, high: value } : value;
}
