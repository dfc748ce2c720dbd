import { expect, it } from "vitest";
import { figuresForReports } from "./figures";

// Written anew by `./npm.sh exec -- vitest run -u src/patient/body/figures.test.ts`.
it("is what the gateway's reports draw", async () => {
  const written = `${JSON.stringify(figuresForReports(), null, 1)}\n`;
  await expect(written).toMatchFileSnapshot("../../../../gateway/exports/body_figures.json");
});
