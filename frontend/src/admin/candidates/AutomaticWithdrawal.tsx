import { Alert, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { dayAndTime } from "@/i18n/moments";

/** Says that a canary did badly and was withdrawn, until the next entry in the release log. */
export function AutomaticWithdrawal({ withdrawal }: { withdrawal: Schemas["Release"] }) {
  const { t } = useTranslation();
  const { version, at, why } = withdrawal;
  return (
    <Alert
      color="red"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={t("candidate.ended.title", { version })}
    >
      <Text size="sm">{t("candidate.ended.text", { at: dayAndTime(at), why })}</Text>
    </Alert>
  );
}
