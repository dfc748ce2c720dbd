import { notifications } from "@mantine/notifications";
import i18next from "i18next";
import { createElement } from "react";
import { download, type Received } from "@/api/download";
import { DownloadNotice } from "./DownloadNotice";

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
  let next = Date.now() + SHOWN_AFTER_MS;
  let id: string | null = null;
  return {
    show: (received: Received) => {
      if (Date.now() < next) return;
      next = Date.now() + BETWEEN_MS;
      const content = {
        title: i18next.t("shell.saving.title"),
        message: createElement(DownloadNotice, { received, onStop }),
        autoClose: false,
        withCloseButton: false,
      };
      if (id === null) id = notifications.show(content);
      else notifications.update({ id, ...content });
    },
    hide: () => {
      if (id !== null) notifications.hide(id);
    },
  };
}
