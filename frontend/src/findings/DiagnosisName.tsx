import { useTranslation } from "react-i18next";
import { inWords, KNOWN_DIAGNOSES } from "./diagnoses";

/** A diagnosis as a model card names it, in words. */
export function DiagnosisName({ diagnosis }: { diagnosis: string }) {
  const { t } = useTranslation();
  const known = KNOWN_DIAGNOSES.find((name) => name === diagnosis);
  return known ? t(`finding.diagnosis.${known}`) : inWords(diagnosis);
}
