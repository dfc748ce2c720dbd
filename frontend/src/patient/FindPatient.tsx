import { Button, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { day } from "@/i18n/moments";

const TYPING_MS = 200;
const MOST = 5;

/** Finds another patient of the clinic by what is typed. */
export function FindPatient({
  exceptId,
  onChoose,
}: {
  exceptId: string;
  onChoose: (patient: Schemas["Patient"]) => void;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const found = useQuery({
    queryKey: ["patients", "to-move-to", search],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/patients/", { params: { query: { search, limit: MOST } }, signal })),
    enabled: search !== "",
  }).data;
  const others = found?.items.filter(({ id }) => id !== exceptId);
  return (
    <Stack gap="xs">
      <TextInput
        data-autofocus
        type="search"
        label={t("patient.correct.findPatient")}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {search && others?.length === 0 && <Text size="sm">{t("dashboard.searchNone")}</Text>}
      {search &&
        others?.map((patient) => (
          <Button
            key={patient.id}
            variant="default"
            justify="flex-start"
            onClick={() => {
              onChoose(patient);
              setTyped("");
            }}
          >
            {[
              patient.full_name,
              patient.record_number,
              patient.birth_date && day(patient.birth_date),
            ]
              .filter(Boolean)
              .join(" · ")}
          </Button>
        ))}
    </Stack>
  );
}
