import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { draftOf, keepDraft } from "@/session/drafts";
import { useUser } from "@/session/useSession";
import { problemText } from "@/ui/notices";
import { useRefreshPatient } from "./queries";

/** Adds a note to the record; what was typed stays until it is saved, through a reload too. */
export function NoteForm({ patientId }: { patientId: string }) {
  const { t } = useTranslation();
  const { id: account } = useUser();
  const draft = `note ${patientId}`;
  const [text, setText] = useState(() => noteOf(draftOf(account, draft)));
  const keep = (next: string) => {
    keepDraft(account, draft, next ? { text: next } : null);
    setText(next);
  };
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
      keep("");
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
          onChange={(event) => keep(event.currentTarget.value)}
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

const noteOf = (draft: object | null) =>
  draft && "text" in draft && typeof draft.text === "string" ? draft.text : "";
