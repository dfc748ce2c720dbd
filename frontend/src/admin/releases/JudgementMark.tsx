import { Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { percent } from "@/i18n/moments";

/** In a table's cell: whether a version passed, and its sensitivity and specificity. */
export function JudgementMark({ judgement }: { judgement: Schemas["Judgement"] | null }) {
  const { t } = useTranslation();
  if (!judgement) return "–";
  const { passed, figures } = judgement;
  const Icon = passed ? IconCheck : IconAlertTriangle;
  const share = (found: Schemas["Figure"] | null | undefined) =>
    found ? percent(found.value) : "–";
  return (
    <div>
      <Group gap={4} wrap="nowrap">
        <Icon size={16} aria-hidden />
        <Text size="sm">
          {t(passed ? "admin.models.reference.passed" : "admin.models.reference.refused")}
        </Text>
      </Group>
      {figures && (
        <Text size="xs" c="dimmed">
          {t("admin.models.reference.short", {
            sensitivity: share(figures.sensitivity),
            specificity: share(figures.specificity),
            cases: figures.cases,
          })}
        </Text>
      )}
    </div>
  );
}
