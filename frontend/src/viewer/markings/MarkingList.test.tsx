import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { fakeGateway } from "@/testing/gateway";
import { imageWith, markingWith } from "@/testing/records";
import { show } from "@/testing/show";
import { MarkingList } from "./MarkingList";

const LENGTH = markingWith();
const OUTLINE = markingWith({
  id: "m-2",
  kind: "outline",
  measures: { length: 0, area: 40_000, longest: 300, across: 200, angle: 0 },
});
const SCALE = markingWith({ id: "m-3", kind: "field_of_view", points: [], millimetres: 22 });

async function list(unit: number, isReadOnly = false) {
  let markings = [LENGTH, OUTLINE, ...(unit > 0 ? [SCALE] : [])];
  const log = fakeGateway({
    "GET /api/images/i-1/markings": () => ({
      markings,
      millimetres_per_pixel: unit,
      usual_field_of_view: 0,
    }),
    "POST /api/markings/m-1/withdraw": () => {
      markings = markings.slice(1);
      return LENGTH;
    },
  });
  const user = await show(
    <MarkingList image={imageWith()} isReadOnly={isReadOnly} nameOf={() => "Ada Byron"} />,
  );
  return { user, log, region: await screen.findByRole("region") };
}

describe("the markings of a photo in words", () => {
  it("are in millimetres where there is a scale, with who drew each", async () => {
    const { region } = await list(0.02);
    expect(region).toHaveTextContent("Length: 6.0 mm");
    expect(region).toHaveTextContent("Outline and area: 6.0 × 4.0 mm, 16.0 mm²");
    expect(region).toHaveTextContent("Scale: 22 mm across the longer side");
    expect(within(region).getAllByText(/^Ada Byron, /)).toHaveLength(3);
    expect(region).not.toHaveTextContent("pixels");
  });

  it("are in pixels where there is none, and say so", async () => {
    const { region } = await list(0);
    expect(region).toHaveTextContent("Length: 300 px");
    expect(region).toHaveTextContent("Outline and area: 300 × 200 px, 40,000 px²");
    expect(region).toHaveTextContent("No scale yet: lengths are in pixels.");
  });

  it("are removed one by one", async () => {
    const { user, region } = await list(0);
    await user.click(within(region).getByRole("button", { name: "Remove: Length: 300 px" }));
    await waitFor(() => expect(region).not.toHaveTextContent("Length: 300 px"));
    expect(region).toHaveTextContent("Outline and area");
  });

  it("stay where the record can't be added to", async () => {
    const { region } = await list(0, true);
    expect(within(region).queryByRole("button")).not.toBeInTheDocument();
  });
});
