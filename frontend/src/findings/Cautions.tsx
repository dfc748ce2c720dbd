import { Alert, List, Text } from "@mantine/core";
import { IconInfoTriangle } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { currentLanguage } from "@/i18n";

type Caution = Schemas["Caution"];

/** Where the model has not been shown to work; null where its card doesn't say for whom it was. */
export function Cautions({ cautions }: { cautions: Caution[] | null | undefined }) {
  const { t } = useTranslation();
  if (!cautions) {
    return (
      <Text size="xs" c="dimmed">
        {t("finding.cautions.unknown")}
      </Text>
    );
  }
  const outside = cautions.filter(({ code }) => code !== "not_stated");
  const missing = cautions.filter(({ code }) => code === "not_stated");
  return (
    <>
      {outside.length > 0 && (
        <Alert
          color="yellow"
          icon={<IconInfoTriangle aria-hidden />}
          title={t("finding.cautions.title")}
        >
          <List size="sm" spacing={4}>
            {outside.map((caution) => (
              <List.Item key={caution.code}>{cautionText(t, caution)}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {missing.length > 0 && (
        <Text size="xs" c="dimmed">
          {t("finding.cautions.notStated", { what: missingText(t, missing) })}
        </Text>
      )}
    </>
  );
}

function cautionText(t: TFunction, { code, value }: Caution): string {
  switch (code) {
    case "age":
      return t("finding.cautions.age", { value });
    case "site":
      return t("finding.cautions.site", {
        value: t(`patient.sites.${value as NonNullable<Schemas["Lesion"]["body_site"]>}`, {
          defaultValue: "",
        }),
      });
    case "skin_type":
      return t("finding.cautions.skinType", { value });
    default:
      return t("finding.cautions.other");
  }
}

function missingText(t: TFunction, missing: Caution[]): string {
  const words = missing.map(({ value }) =>
    t(`finding.cautions.missing.${value as "age" | "site" | "skin_type"}`, { defaultValue: "" }),
  );
  return new Intl.ListFormat(currentLanguage()).format(words.filter(Boolean));
}
