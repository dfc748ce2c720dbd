import { useSyncExternalStore } from "react";
import { currentUploads, onUploadsChange, type Upload } from "./queue";

export function useUploads(): Upload[] {
  return useSyncExternalStore(onUploadsChange, currentUploads);
}
