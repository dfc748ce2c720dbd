import i18next from "i18next";
import { createElement } from "react";
import { download, type Received } from "@/api/download";
import { DownloadNotice } from "./DownloadNotice";
import { hideNotice, showProgress } from "./notices";

/** What is there at once needs no notice. */
const SHOWN_AFTER_MS = 1_000;
const BETWEEN_MS = 250;

/**
 * Saves a document of the gateway; one that takes longer says how far it is and can be stopped.
 *
 * @throws Problem as `download`; being stopped is none.
 */
export async function saveDocument(path: string, name: string): Promise<void> {
  const stop = new AbortController();
  const notice = progressNotice(() => stop.abort());
  try {
    await download(path, name, { onProgress: notice.show, signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    notice.hide();
  }
}

function progressNotice(onStop: () => void) {
  const id = crypto.randomUUID();
  let next = Date.now() + SHOWN_AFTER_MS;
  return {
    show: (received: Received) => {
      if (Date.now() < next) return;
      next = Date.now() + BETWEEN_MS;
      const notice = createElement(DownloadNotice, { received, onStop });
      showProgress(id, i18next.t("shell.saving.title"), notice);
    },
    hide: () => hideNotice(id),
  };
}
