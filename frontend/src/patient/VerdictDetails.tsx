import { Checkbox, Fieldset, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import {
  CHECKLISTS,
  DIAGNOSES,
  emptyItems,
  isBiopsy,
  MANAGEMENTS,
  type VerdictDraft,
} from "./verdict_draft";

type Change = (part: Partial<VerdictDraft>) => void;
type Part = { draft: VerdictDraft; change: Change };

/** What a verdict may say beside itself: diagnosis, what is to be done, checklist, histology. */
export function VerdictDetails({ draft, change }: Part) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Diagnosis
        label={t("patient.review.diagnosis")}
        code={draft.diagnosisCode}
        text={draft.diagnosisText}
        onChange={(diagnosisCode, diagnosisText) => change({ diagnosisCode, diagnosisText })}
      />
      <NativeSelect
        label={t("patient.review.management")}
        value={draft.management}
        onChange={(event) =>
          change({ management: event.currentTarget.value as VerdictDraft["management"] })
        }
        data={[
          { value: "", label: t("patient.review.notStated") },
          ...MANAGEMENTS.map((value) => ({ value, label: t(`patient.management.${value}`) })),
        ]}
      />
      {draft.management === "monitor" && (
        <TextInput
          type="date"
          required
          label={t("patient.review.monitorUntil")}
          value={draft.monitorUntil}
          onChange={(event) => change({ monitorUntil: event.currentTarget.value })}
        />
      )}
      <Checklist draft={draft} change={change} />
      {isBiopsy(draft.verdict) && <Histology draft={draft} change={change} />}
    </Stack>
  );
}

function Diagnosis({
  label,
  code,
  text,
  onChange,
}: {
  label: string;
  code: string;
  text: string;
  onChange: (code: string, text: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <NativeSelect
        label={label}
        value={code}
        onChange={(event) => onChange(event.currentTarget.value, text)}
        data={[
          { value: "", label: t("patient.review.notStated") },
          ...DIAGNOSES.map((value) => ({ value, label: t(`patient.diagnoses.${value}`) })),
        ]}
      />
      <TextInput
        label={t("patient.review.inWords", { what: label })}
        value={text}
        maxLength={200}
        onChange={(event) => onChange(code, event.currentTarget.value)}
      />
    </>
  );
}

function Checklist({ draft, change }: Part) {
  const { t } = useTranslation();
  const kind = draft.checklist;
  return (
    <>
      <NativeSelect
        label={t("patient.review.checklist")}
        value={kind}
        onChange={(event) => {
          const chosen = event.currentTarget.value as VerdictDraft["checklist"];
          change({ checklist: chosen, items: chosen ? emptyItems(chosen) : {} });
        }}
        data={[
          { value: "", label: t("patient.review.noChecklist") },
          { value: "seven_point", label: t("patient.checklist.seven_point") },
          { value: "abcd", label: t("patient.checklist.abcd") },
        ]}
      />
      {kind && (
        <Fieldset legend={t(`patient.checklist.${kind}`)}>
          <Stack gap="xs">
            {Object.entries(CHECKLISTS[kind]).map(([name, { least, most }]) => {
              const label = t(`patient.checklist.items.${name as "border"}`);
              const points = draft.items[name] ?? least;
              const set = (value: number) => change({ items: { ...draft.items, [name]: value } });
              return most === 1 ? (
                <Checkbox
                  key={name}
                  label={label}
                  checked={points === 1}
                  onChange={(event) => set(event.currentTarget.checked ? 1 : 0)}
                />
              ) : (
                <NativeSelect
                  key={name}
                  label={label}
                  value={String(points)}
                  onChange={(event) => set(Number(event.currentTarget.value))}
                  data={Array.from({ length: most - least + 1 }, (_, step) => String(least + step))}
                />
              );
            })}
          </Stack>
        </Fieldset>
      )}
    </>
  );
}

function Histology({ draft, change }: Part) {
  const { t } = useTranslation();
  return (
    <Fieldset legend={t("patient.review.histology")}>
      <Stack gap="xs">
        <Diagnosis
          label={t("patient.review.histologyDiagnosis")}
          code={draft.histologyCode}
          text={draft.histologyText}
          onChange={(histologyCode, histologyText) => change({ histologyCode, histologyText })}
        />
        <TextInput
          type="date"
          label={t("patient.review.histologyOn")}
          value={draft.histologyOn}
          onChange={(event) => change({ histologyOn: event.currentTarget.value })}
        />
        <TextInput
          label={t("patient.review.histologySource")}
          value={draft.histologySource}
          maxLength={200}
          onChange={(event) => change({ histologySource: event.currentTarget.value })}
        />
      </Stack>
    </Fieldset>
  );
}
