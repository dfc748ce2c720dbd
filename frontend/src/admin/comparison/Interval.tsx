import { Text } from "@mantine/core";
import type { Schemas } from "@/api/client";
import { figure, signedFigure } from "@/model_card/scale";

/** A figure with its 95 % interval, where it has one. */
export function Interval({
  of,
  signed = false,
}: {
  of: Schemas["Figure"] | Schemas["Metric"] | null;
  signed?: boolean;
}) {
  if (!of) return "–";
  const shown = signed ? signedFigure : figure;
  const { value, low, high } = of;
  return (
    <>
      {shown(value)}{" "}
      {(low !== value || high !== value) && (
        <Text span size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
          ({shown(low)} – {shown(high)})
        </Text>
      )}
    </>
  );
}
