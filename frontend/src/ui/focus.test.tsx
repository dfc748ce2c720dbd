import { screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { show } from "@/testing/show";
import { Dialog } from "./Dialog";
import { useFocusKept } from "./focus";

function Page() {
  useFocusKept();
  const [isAsking, setIsAsking] = useState(false);
  const [hasRow, setHasRow] = useState(true);
  return (
    <main id="content" tabIndex={-1}>
      <button onClick={() => setIsAsking(true)}>Ask</button>
      {hasRow && <button onClick={() => setHasRow(false)}>Delete</button>}
      {isAsking && (
        <Dialog title="Sure?" onClose={() => setIsAsking(false)}>
          Text
        </Dialog>
      )}
    </main>
  );
}

describe("the focus", () => {
  it("goes back to what opened a dialog that is taken away at once", async () => {
    const user = await show(<Page />);
    await user.click(screen.getByRole("button", { name: "Ask" }));
    await user.click(screen.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.getByRole("button", { name: "Ask" })).toHaveFocus());
  });

  it("goes to the main part when what had it is deleted", async () => {
    const user = await show(<Page />);
    await user.click(screen.getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(screen.getByRole("main")).toHaveFocus());
  });
});
