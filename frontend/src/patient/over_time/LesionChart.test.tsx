import { screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { fakeGateway } from "@/testing/gateway";
import { cardWith } from "@/testing/records";
import { show } from "@/testing/show";
import type { Point } from "./chart_points";
import LesionChart from "./LesionChart";

const POINT: Point = {
  imageId: "old",
  at: "2025-09-02T09:00:00Z",
  isDated: true,
  probability: 0.08,
  threshold: 0.3,
  zone: "below",
  version: "1.0.0",
  verdict: "benign",
};
const POINTS: Point[] = [
  POINT,
  {
    ...POINT,
    imageId: "new",
    at: "2026-03-14T09:00:00Z",
    probability: 0.9996,
    threshold: 0.215,
    zone: "above",
    version: "1.1.2",
    verdict: null,
  },
];

async function chart(language: "en" | "de" = "en") {
  fakeGateway({
    "GET /api/models/1.0.0/card": cardWith({ version: "1.0.0", zones: null }),
    "GET /api/models/1.1.2/card": cardWith(),
  });
  const onChoose = vi.fn();
  const user = await show(<LesionChart points={POINTS} chosen="new" onChoose={onChoose} />, {
    language,
  });
  return { user, onChoose };
}

describe("the chart of a lesion", () => {
  it("names each photo by its day, answer, version and verdict, and shows it when pressed", async () => {
    const { user, onChoose } = await chart();
    const photos = within(screen.getByRole("group", { name: /Dates on the chart/ }));
    const [old, now] = photos.getAllByRole("button");
    expect(old).toHaveAccessibleName(
      "Sep 2, 2025, 8%, Below the threshold, version 1.0.0, I consider it benign",
    );
    expect(now).toHaveAccessibleName("Mar 14, 2026, > 99%, Above the threshold, version 1.1.2");
    expect(now).toHaveAttribute("aria-pressed", "true");
    if (old) await user.click(old);
    expect(onChoose).toHaveBeenCalledWith("old");
  });

  it("says the same in a table, the newest first", async () => {
    const { user, onChoose } = await chart();
    await user.click(screen.getByText("As a table"));
    const [, newest, oldest] = within(
      screen.getByRole("table", { name: "Probability over time" }),
    ).getAllByRole("row");
    expect(newest).toHaveTextContent(/Mar 14, 2026 ?> 99% Above the threshold22% \(1\.1\.2\)/);
    expect(oldest).toHaveTextContent(/Sep 2, 2025 ?8% Below the threshold30% \(1\.0\.0\).*benign/);
    await user.click(screen.getByRole("button", { name: "Sep 2, 2025" }));
    expect(onChoose).toHaveBeenCalledWith("old");
  });

  it("says that the line breaks between versions, and what each version's threshold is", async () => {
    await chart();
    expect(screen.getByText(/breaks where another version/)).toBeVisible();
    expect(screen.getByText("Threshold 30%, 22%")).toBeVisible();
    expect(await screen.findByText("Borderline")).toBeVisible();
  });

  it("speaks German", async () => {
    await chart("de");
    expect(screen.getByRole("region", { name: "Wahrscheinlichkeit im Verlauf" })).toBeVisible();
    expect(screen.getByText(/2 Fotos seit .*: zuerst 8.%, jetzt > 99.%/)).toBeVisible();
  });

  it("shows how large the lesion was where it was measured, in figures too", async () => {
    fakeGateway({});
    const size = { marking_id: "m-1", area: 20, author_id: "ada", created_at: POINT.at };
    const sizes = new Map([
      ["old", { ...size, image_id: "old", longest: 4.2, across: 0 }],
      ["new", { ...size, image_id: "new", longest: 6.44, across: 4.91 }],
    ]);
    const user = await show(
      <LesionChart points={POINTS} sizes={sizes} chosen="new" onChoose={vi.fn()} />,
    );
    expect(screen.getByText("Size: first 4.2 mm, now 6.4 × 4.9 mm")).toBeVisible();
    await user.click(screen.getByText("As a table"));
    const [, newest] = screen.getAllByRole("row");
    expect(newest).toHaveTextContent("6.4 × 4.9 mm");
  });
});
