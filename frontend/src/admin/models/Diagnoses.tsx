import { Text } from "@mantine/core";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { DiagnosisName } from "@/findings/DiagnosisName";

/** The diagnoses that a version tells apart, the malignant ones first. */
export function Diagnoses({ labels }: { labels: Record<string, "benign" | "malignant"> }) {
  const { t } = useTranslation();
  return (["malignant", "benign"] as const).map((label) => (
    <Text size="sm" key={label}>
      <Text span size="sm" fw={500}>
        {t(`shell.label.${label}`)}:
      </Text>{" "}
      {Object.keys(labels)
        .filter((diagnosis) => labels[diagnosis] === label)
        .map((diagnosis, place) => (
          <Fragment key={diagnosis}>
            {place > 0 && ", "}
            <DiagnosisName diagnosis={diagnosis} />
          </Fragment>
        ))}
    </Text>
  ));
}
