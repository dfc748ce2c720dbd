import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { bytesAt } from "./client";

/** Photos never change, so what was fetched stays valid. */
const KEPT_MS = 5 * 60_000;

/** An address for an <img>, of a picture that needs the access token. */
export function usePicture(path: string | null) {
  const bytes = useQuery({
    queryKey: ["bytes", path],
    queryFn: ({ signal }) => bytesAt(path ?? "", signal),
    enabled: path !== null,
    staleTime: Infinity,
    gcTime: KEPT_MS,
  });
  return { ...bytes, url: useObjectUrl(bytes.data) };
}

/** Fetches pictures that are likely to be looked at next. */
export function usePrefetchPictures(paths: string[]): void {
  const queryClient = useQueryClient();
  const all = paths.join(" ");
  useEffect(() => {
    for (const path of all.split(" ").filter(Boolean)) {
      const bytes = {
        queryKey: ["bytes", path],
        queryFn: ({ signal }: { signal: AbortSignal }) => bytesAt(path, signal),
        staleTime: Infinity,
        gcTime: KEPT_MS,
      };
      // Whoever opens it meets the failure; until then it is nobody's.
      queryClient.query(bytes).catch(() => undefined);
    }
  }, [queryClient, all]);
}

/** An object URL, revoked when it is no longer shown. */
export function useObjectUrl(blob: Blob | undefined): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!blob) return;
    const made = URL.createObjectURL(blob);
    // The page shows a skeleton until the address exists.
    // eslint-disable-next-line react-hooks/set-state-in-effect -- only an effect can make one and revoke it
    setUrl(made);
    return () => {
      URL.revokeObjectURL(made);
      setUrl(null);
    };
  }, [blob]);
  return url;
}
