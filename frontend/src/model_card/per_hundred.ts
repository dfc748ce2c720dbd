import type { Schemas } from "@/api/client";

type Metric = Schemas["Metric"];

/** A share as a count of a hundred people with its interval, which is how people reckon. */
export function perHundred({ value, low, high }: Metric): {
  value: number;
  low: number;
  high: number;
} {
  const count = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * 100);
  return { value: count(value), low: count(low), high: count(high) };
}
