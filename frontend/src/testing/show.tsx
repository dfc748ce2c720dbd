import { MantineProvider } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { notifications, Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import type { ReactNode } from "react";
import { MemoryRouter, useLocation } from "react-router";
import { begin } from "@/api/access";
import type { Schemas } from "@/api/client";
import { chooseLanguage, type Language } from "@/i18n";
import { SessionContext } from "@/session/useSession";
import { CLINICIAN } from "./records";

/**
 * Shows a component as a signed-in clinician sees it, in a language of choice.
 *
 * @param path the page's address; `address()` says where it has gone since.
 */
export async function show(
  component: ReactNode,
  {
    language = "en",
    path = "/",
    user = CLINICIAN,
  }: { language?: Language; path?: string; user?: Schemas["User"] } = {},
): Promise<UserEvent> {
  await chooseLanguage(language);
  signIn(user.id);
  notifications.clean();
  const client = new QueryClient({
    defaultOptions: { queries: { retry: false }, mutations: { networkMode: "always" } },
  });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <SessionContext value={{ status: "signed_in", user }}>
          <ModalsProvider>
            <Notifications />
            <MemoryRouter initialEntries={[path]}>
              {component}
              <Address />
            </MemoryRouter>
          </ModalsProvider>
        </SessionContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return userEvent.setup({ delay: null });
}

/** Gives this browser an access token of somebody. */
export function signIn(account: string): void {
  const claims = btoa(JSON.stringify({ sub: account })).replace(/=+$/, "");
  begin({
    status: "authenticated",
    token_type: "Bearer",
    access_token: `e30.${claims}.signature`,
    expires_at: new Date(Date.now() + 600_000).toISOString(),
  });
}

/** Keeps the router's address where `address` finds it. */
function Address() {
  const { pathname, search } = useLocation();
  return <i hidden data-address={pathname + search} />;
}

/** Where the page has gone. */
export function address(): string | undefined {
  return document.querySelector<HTMLElement>("[data-address]")?.dataset.address;
}
