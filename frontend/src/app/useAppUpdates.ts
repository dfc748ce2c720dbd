import { notifications } from "@mantine/notifications";
import i18next from "i18next";
import { createElement, useEffect } from "react";
import { ActionMessage } from "@/ui/ActionMessage";

/** Somebody may leave the page open for days. */
const LOOK_MS = 60 * 60 * 1_000;

/** Installs the service worker, and says once a newer version of the client is there. */
export function useAppUpdates(): void {
  useEffect(() => {
    // Where a page is served without TLS, browsers have none; the development server has none either.
    if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
    const { serviceWorker } = navigator;
    const hadOne = serviceWorker.controller !== null;
    const tell = () => {
      if (hadOne) showUpdate();
    };
    serviceWorker.addEventListener("controllerchange", tell);
    const installed = serviceWorker.register("/service_worker.js").catch(() => null);
    const timer = setInterval(
      () => void installed.then((registration) => registration?.update().catch(() => null)),
      LOOK_MS,
    );
    return () => {
      serviceWorker.removeEventListener("controllerchange", tell);
      clearInterval(timer);
    };
  }, []);
}

function showUpdate(): void {
  notifications.show({
    id: "update",
    autoClose: false,
    closeButtonProps: { "aria-label": i18next.t("shell.close") },
    message: createElement(ActionMessage, {
      message: i18next.t("shell.update.text"),
      action: i18next.t("shell.update.reload"),
      onAction: () => window.location.reload(),
    }),
  });
}
