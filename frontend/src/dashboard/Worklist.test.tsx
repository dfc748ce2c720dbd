import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { fakeGateway } from "@/testing/gateway";
import { detectionWith, pageOf } from "@/testing/records";
import { show } from "@/testing/show";
import { Worklist } from "./Worklist";

type Part = Parameters<typeof detectionWith>[0];

const entryWith = (id: string, part: Part = {}) => ({
  detection: detectionWith({ id, ...part }),
  full_name: `Patient ${id}`,
  record_number: `H-${id}`,
});

describe("a list of the day", () => {
  it("says what it holds when there is nothing on it", async () => {
    fakeGateway({ "GET /api/worklist/detections": pageOf() });
    await show(<Worklist list="unreviewed" />);
    expect(screen.getByRole("region", { name: "Awaiting your review" })).toBeVisible();
    expect(await screen.findByText("Nothing is awaiting review.")).toBeVisible();
  });

  it("shows whose photo it is and the finding, and leads to the photo", async () => {
    fakeGateway({
      "GET /api/worklist/detections": pageOf(
        entryWith("1", { label: "malignant", probability_malignant: 0.83 }),
        entryWith("2", { assessable: false, label: null }),
        entryWith("3", { status: "pending", label: null, lesion_id: null }),
      ),
    });
    await show(<Worklist list="recent" />);
    const rows = await screen.findByRole("list");
    const [first, second, third] = await within(rows).findAllByRole("link");
    expect(first).toHaveTextContent(/Patient 1H-1 · .*Above the threshold83%, threshold 22%/);
    expect(first).toHaveAttribute("href", "/patient/p-1?lesion=l-1&image=i-1");
    expect(second).toHaveTextContent("Cannot be assessed");
    expect(second).not.toHaveTextContent(/malignant|benign/i);
    expect(third).toHaveTextContent("Waiting for the model");
    expect(third).toHaveAttribute("href", "/patient/p-1?lesion=unsorted&image=i-1");
    expect(screen.getByRole("link", { name: "Review one by one" })).toHaveAttribute(
      "href",
      "/worklist?list=recent",
    );
  });

  it("fetches the next page when asked", async () => {
    fakeGateway({
      "GET /api/worklist/follow-ups": ({ query }) =>
        query.get("cursor")
          ? pageOf(entryWith("2"))
          : { items: [entryWith("1")], next_cursor: "two" },
    });
    const user = await show(<Worklist list="followUp" />);
    await user.click(await screen.findByRole("button", { name: "Show more" }));
    expect(await screen.findByText("Patient 2")).toBeVisible();
    expect(screen.getByText("Patient 1")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Show more" })).not.toBeInTheDocument();
  });

  it("speaks German", async () => {
    fakeGateway({ "GET /api/worklist/follow-ups": pageOf() });
    await show(<Worklist list="followUp" />, { language: "de" });
    const list = screen.getByRole("region", { name: "Nachzuverfolgen" });
    expect(await within(list).findByText("Kein Biopsieergebnis steht aus.")).toBeVisible();
  });
});
