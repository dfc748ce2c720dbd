import { screen, waitFor, within } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fakeGateway, refusal } from "@/testing/gateway";
import {
  detectionWith,
  entryWith,
  imageWith,
  pageOf,
  patientWith,
  reviewWith,
} from "@/testing/records";
import { show } from "@/testing/show";
import WorklistPage from "./WorklistPage";

// Zooming needs a browser that lays out pages.
vi.mock("@/viewer/ZoomFrame", () => ({
  ZoomFrame: ({ children }: { children: ReactNode }) => <div>{children}</div>,
}));

const PICTURE = () => new Response(new Blob(["pixels"], { type: "image/jpeg" }));
const IDS = ["1", "2", "3"];
/** Two photos of one lesion, and one of another patient's that can't be assessed. */
const ENTRIES = [
  entryWith({ id: "d-1", image_id: "i-1" }, { full_name: "Ingrid Solheim" }),
  entryWith({ id: "d-2", image_id: "i-2" }, { full_name: "Ingrid Solheim" }),
  entryWith(
    { id: "d-3", image_id: "i-3", lesion_id: "l-3", assessable: false, label: null },
    { full_name: "Omar Haddad", assigned_to: "grace" },
  ),
];
const VERDICT = /reviews$/;

function gateway(answers: Parameters<typeof fakeGateway>[0] = {}) {
  return fakeGateway({
    "GET /api/worklist/detections": pageOf(...ENTRIES),
    "GET /api/users/colleagues": pageOf(
      { id: "ada", full_name: "Ada Byron", has_left: false },
      { id: "grace", full_name: "Grace Hopper", has_left: false },
      { id: "gone", full_name: "Greta Gone", has_left: true },
    ),
    "GET /api/patients/p-1": patientWith(),
    "POST /api/worklist/assignments": () => new Response(null, { status: 204 }),
    ...Object.fromEntries(
      IDS.flatMap((id): [string, object][] => [
        [`GET /api/images/i-${id}`, PICTURE],
        [`GET /api/images/i-${id}/thumbnail`, PICTURE],
        [`GET /api/images/i-${id}/info`, imageWith({ id: `i-${id}` })],
        [`GET /api/detections/d-${id}`, detectionWith({ id: `d-${id}` })],
        [`POST /api/detections/d-${id}/reviews`, reviewWith({ id: `r-${id}` })],
      ]),
    ),
    ...answers,
  });
}
const posted = (log: ReturnType<typeof gateway>, path: RegExp | string) =>
  log.filter(({ method, path: asked }) => method === "POST" && asked.match(path));
const rows = () => screen.findByRole("group", { name: "Still to be reviewed" });

beforeEach(() => localStorage.clear());

describe("a list worked through by keys", () => {
  it("says which photo of a lesion is shown, who uploaded it and whose it is", async () => {
    gateway();
    await show(<WorklistPage />, { path: "/worklist?photo=i-1" });
    expect(await screen.findByRole("heading", { name: /^Ingrid Solheim, \d\d$/ })).toBeVisible();
    // What can't be assessed ranks before what looks well.
    expect(screen.getByText(/photo 1 of 2 of this lesion/)).toBeVisible();
    expect(screen.getByText("Uploaded by Ada Byron")).toBeVisible();
    expect(
      await within(await rows()).findByRole("button", {
        name: /Omar Haddad.*Assigned to Grace Hopper/,
      }),
    ).toBeVisible();
  });

  it("agrees with several at once, and takes all of it back by one key", async () => {
    const log = gateway();
    const user = await show(<WorklistPage />, { path: "/worklist?zone=below" });
    await screen.findByRole("heading", { name: /Ingrid/ });
    await user.keyboard("l");
    expect(await screen.findByText("2 photos selected")).toBeVisible();
    await user.keyboard("2");
    expect(posted(log, VERDICT)).toHaveLength(0);
    await user.keyboard("1");
    expect(await screen.findByText("Nothing left here")).toBeVisible();
    await waitFor(() => expect(posted(log, VERDICT)).toHaveLength(2));
    await user.keyboard("u");
    expect(await screen.findByText(/photo 1 of 2/)).toBeVisible();
    const taken = posted(log, VERDICT)
      .slice(2)
      .map(({ body }) => body);
    expect(taken).toEqual([
      { verdict: "withdrawn", note: "", replaces: "r-1" },
      { verdict: "withdrawn", note: "", replaces: "r-2" },
    ]);
  });

  it("agrees with none where one of them has no result", async () => {
    const log = gateway();
    const user = await show(<WorklistPage />);
    await screen.findByRole("heading", { level: 2 });
    await user.keyboard("{Shift>}J{/Shift}");
    await user.keyboard("{Shift>}J{/Shift}");
    expect(await screen.findByText("3 photos selected")).toBeVisible();
    expect(screen.getByRole("button", { name: "Agree with each" })).toBeDisabled();
    await user.keyboard("1");
    expect(posted(log, VERDICT)).toHaveLength(0);
    await user.keyboard("{Escape}");
    expect(screen.queryByText("3 photos selected")).not.toBeInTheDocument();
  });
});

describe("assigning", () => {
  it("hands selected photos to a colleague by name, and back by one key", async () => {
    const log = gateway();
    const user = await show(<WorklistPage />, { path: "/worklist?zone=below" });
    await screen.findByRole("heading", { name: /Ingrid/ });
    await user.keyboard("xjx");
    await user.keyboard("a");
    const dialog = await screen.findByRole("dialog", { name: "Assign 2 photos" });
    const name = within(dialog).getByRole("combobox", { name: "To" });
    await waitFor(() => expect(name).toHaveFocus());
    expect(within(dialog).queryByText("Greta Gone")).not.toBeInTheDocument();
    await user.keyboard("gra{Enter}");
    expect(await screen.findByText("Assigned to Grace Hopper")).toBeVisible();
    const [sent] = posted(log, "assignments");
    expect(sent?.body).toEqual({
      assignments: ["i-1", "i-2"].map((image_id) => ({
        image_id,
        assigned_to: "grace",
        assigned_before: null,
      })),
    });
    await user.keyboard("u");
    await waitFor(() => expect(posted(log, "assignments")).toHaveLength(2));
    expect(posted(log, "assignments")[1]?.body).toEqual({
      assignments: ["i-1", "i-2"].map((image_id) => ({
        image_id,
        assigned_to: null,
        assigned_before: "grace",
      })),
    });
    expect(await screen.findByText("Assigned to nobody")).toBeVisible();
  });

  it("says that a colleague was faster, and asks whose it is now", async () => {
    const log = gateway({
      "POST /api/worklist/assignments": refusal(409, "ASSIGNMENT_CHANGED", "Changed."),
    });
    const user = await show(<WorklistPage />, { path: "/worklist?zone=below" });
    await screen.findByRole("heading", { name: /Ingrid/ });
    await user.keyboard("m");
    expect(await screen.findByText(/A colleague has assigned one of these photos/)).toBeVisible();
    await waitFor(() =>
      expect(log.filter(({ path }) => path === "/api/worklist/detections")).toHaveLength(2),
    );
    expect(await screen.findByText("Assigned to nobody")).toBeVisible();
  });
});
