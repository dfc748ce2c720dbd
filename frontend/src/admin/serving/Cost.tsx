import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";

/** What a loaded version costs, measured by single requests for its golden images. */
export function Cost({
  measured,
  isNamed = false,
}: {
  measured: Schemas["Measured"];
  /** Where nothing beside it says which version it is. */
  isNamed?: boolean;
}) {
  const { t } = useTranslation();
  const { version, precision, median_ms, p95_ms, memory_mib } = measured;
  const latency = t("admin.serving.cost", {
    median: Math.round(median_ms),
    p95: Math.round(p95_ms),
  });
  return (
    <Text size="xs" c="dimmed">
      {isNamed && `${version}: `}
      {latency}
      {precision === "int8" && `, ${t("admin.serving.int8")}`}
      {memory_mib !== null && `, ${t("admin.serving.memory", { mib: memory_mib })}`}
    </Text>
  );
}
