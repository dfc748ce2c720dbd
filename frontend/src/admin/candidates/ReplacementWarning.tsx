import { Alert } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";

/** Warns that another candidate will be replaced: there is room for one. */
export function ReplacementWarning({
  current,
  version,
}: {
  current: Schemas["Release"] | null;
  version: string;
}) {
  const { t } = useTranslation();
  if (!current || current.version === version) return null;
  return (
    <Alert color="yellow" icon={<IconInfoCircle aria-hidden />}>
      {t("candidate.replaced", { version: current.version })}
    </Alert>
  );
}
