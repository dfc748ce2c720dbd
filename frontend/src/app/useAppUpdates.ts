import i18next from "i18next";
import { useEffect } from "react";
import { showOffer } from "@/ui/notices";

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
  showOffer("update", i18next.t("shell.update.text"), i18next.t("shell.update.reload"), () =>
    window.location.reload(),
  );
}
