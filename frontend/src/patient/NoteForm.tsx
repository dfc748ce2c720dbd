import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { problemText } from "@/ui/notices";
import { useRefreshPatient } from "./queries";

/** Adds a note to the record; what was typed stays until it is saved. */
export function NoteForm({ patientId }: { patientId: string }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const refresh = useRefreshPatient(patientId);
  const add = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/patients/{patient_id}/notes", {
          params: { path: { patient_id: patientId } },
          body: { text },
        }),
      ),
    onSuccess: async () => {
      setText("");
      await refresh();
    },
    meta: { quiet: true },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) add.mutate();
      }}
    >
      <Stack gap="xs">
        <Textarea
          label={t("patient.note.label")}
          autosize
          minRows={2}
          maxRows={10}
          value={text}
          error={add.error ? problemText(add.error) : undefined}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" disabled={!text.trim()} loading={add.isPending}>
            {t("patient.note.add")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
