/** What some browsers know of the line (the Network Information API); others say nothing. */
interface Line {
  effectiveType?: string;
  saveData?: boolean;
}

const FAST = "4g";

/** Whether what isn't asked for yet had better not be fetched. */
export function isSlowLine(): boolean {
  const line = (navigator as Navigator & { connection?: Line }).connection;
  if (!navigator.onLine || line?.saveData) return true;
  return (line?.effectiveType ?? FAST) !== FAST;
}
