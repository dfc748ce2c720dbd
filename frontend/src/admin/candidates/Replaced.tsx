import { Alert } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";

/** Warns where another candidate is under way: there is room for one. */
export function Replaced({
  present,
  version,
}: {
  present: Schemas["Release"] | null;
  version: string;
}) {
  const { t } = useTranslation();
  if (!present || present.version === version) return null;
  return (
    <Alert color="yellow" icon={<IconInfoCircle aria-hidden />}>
      {t("candidate.replaced", { version: present.version })}
    </Alert>
  );
}
