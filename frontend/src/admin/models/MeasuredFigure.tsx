import { Text } from "@mantine/core";
import type { Schemas } from "@/api/client";
import { figure } from "@/model_card/scale";

/** A figure that was measured here with its 95 % interval; a dash where there is none. */
export function MeasuredFigure({ of }: { of: Schemas["Figure"] | null | undefined }) {
  if (!of) return "–";
  return (
    <>
      <Text span size="sm" fw={600}>
        {figure(of.value)}
      </Text>{" "}
      <Text span size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
        {figure(of.low)} – {figure(of.high)}
      </Text>
    </>
  );
}
