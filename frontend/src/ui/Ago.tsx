import { ago, dayAndTime } from "@/i18n/moments";

/** How long ago something was; whoever rests on it sees exactly when. */
export function Ago({
  at,
  in: words = (time) => time,
}: {
  at: string;
  in?: (ago: string) => string;
}) {
  return (
    <time dateTime={at} title={dayAndTime(at)}>
      {words(ago(at))}
    </time>
  );
}
