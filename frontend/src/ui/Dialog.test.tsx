import { MantineProvider } from "@mantine/core";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { expect, it } from "vitest";
import { Dialog } from "./Dialog";

function Page() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button onClick={() => setIsOpen(true)}>Edit</button>
      {isOpen && (
        <Dialog title="Editing" onClose={() => setIsOpen(false)}>
          Text
        </Dialog>
      )}
    </>
  );
}

it("is closed by Back, which leaves the page only once no dialog is open", async () => {
  const router = createMemoryRouter(
    [
      { path: "/", element: "Before" },
      { path: "/page", element: <Page /> },
    ],
    { initialEntries: ["/", "/page"], initialIndex: 1 },
  );
  render(
    <MantineProvider env="test">
      <RouterProvider router={router} />
    </MantineProvider>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Edit" }));
  expect(await screen.findByRole("dialog")).toBeVisible();
  await router.navigate(-1);
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  expect(router.state.location.pathname).toBe("/page");
  await router.navigate(-1);
  expect(await screen.findByText("Before")).toBeVisible();
});
