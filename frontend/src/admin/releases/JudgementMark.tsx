import { Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";

/** In a table's cell: whether a version passed, and on how many cases. */
export function JudgementMark({ judgement }: { judgement: Schemas["Judgement"] | null }) {
  const { t } = useTranslation();
  if (!judgement) return "–";
  const { passed, figures } = judgement;
  const Icon = passed ? IconCheck : IconAlertTriangle;
  return (
    <div>
      <Group gap={4} wrap="nowrap">
        <Icon size={16} aria-hidden style={{ flex: "none" }} />
        <Text size="sm" miw="max-content">
          {t(passed ? "admin.models.reference.passed" : "admin.models.reference.refused")}
        </Text>
      </Group>
      {figures && (
        <Text size="xs" c="dimmed" style={{ overflowWrap: "normal" }}>
          {t("admin.models.reference.cases", {
            cases: figures.cases,
            malignant: figures.malignant,
          })}
        </Text>
      )}
    </div>
  );
}
