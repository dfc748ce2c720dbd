import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "@/app/touch.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { router } from "@/app/routes";
import { theme, variables } from "@/app/theme";
import { startLanguage } from "@/i18n";
import { SessionProvider } from "@/session/useSession";
import { queryClient } from "@/ui/query_client";

// The content security policy allows only styles with this response's nonce.
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
setNonce(nonce);

/** Long enough to be read aloud. */
const NOTICE_MS = 10_000;

const root = document.getElementById("root");
if (!root) throw new Error("The page has no #root");

await startLanguage();
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queryClient}>
        <SessionProvider>
          <Notifications autoClose={NOTICE_MS} />
          <RouterProvider router={router} />
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
