import { Group, Switch, Text } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { percent } from "@/i18n/moments";
import type { useAlignment } from "./useAlignment";

/** Whether the photos are shown aligned, and how well they fit or why they can't be. */
export function AlignmentSwitch({
  alignment,
  width,
  isOn,
  onChange,
}: {
  alignment: ReturnType<typeof useAlignment>;
  /** Of the right photo, in pixels. */
  width: number;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}) {
  const { t } = useTranslation();
  const canAlign = !!alignment.data?.alignment;
  return (
    <Group gap="sm">
      <Switch
        label={t("patient.compare.align.switch")}
        checked={isOn && canAlign}
        disabled={!canAlign}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <Text size="sm" c="dimmed" role="status">
        {textOf(alignment, width, t)}
      </Text>
    </Group>
  );
}

function textOf(
  { data, isError }: ReturnType<typeof useAlignment>,
  width: number,
  t: TFunction,
): string {
  if (isError) return t("patient.compare.align.failed");
  if (!data) return t("patient.compare.align.looking");
  if (!data.alignment) return t("patient.compare.align.none", { count: data.matches });
  return t("patient.compare.align.found", {
    count: data.matches,
    residual: percent(data.alignment.residual / width, 1),
  });
}
