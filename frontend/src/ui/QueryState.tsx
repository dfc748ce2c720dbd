import { ErrorState, LoadingRows } from "./States";

/** Stands in for an answer that is not there: placeholder rows, or the failure with a retry. */
export function QueryState({
  query,
  rows,
  height,
}: {
  query: { isPending: boolean; data: unknown; error: Error | null; refetch: () => unknown };
  rows?: number;
  height?: number;
}) {
  if (query.isPending) return <LoadingRows rows={rows} height={height} />;
  if (query.data !== undefined || !query.error) return null;
  return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
}
