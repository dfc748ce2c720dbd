import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconArchive, IconArchiveOff } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { confirm } from "@/ui/confirm";
import { showDone, showUndoable } from "@/ui/notices";
import { useRefreshPatient } from "./queries";

type Open = Schemas["OpenOfPatient"];

/** Archives a patient after saying what is still open, or restores one. */
export function ArchiveButton({ patient }: { patient: Schemas["Patient"] }) {
  const { t } = useTranslation();
  const refresh = useRefreshPatient(patient.id);
  const params = { path: { patient_id: patient.id } };
  const name = patient.full_name;
  const restore = useMutation({
    mutationFn: () => unwrap(api.POST("/patients/{patient_id}/restore", { params })),
    onSuccess: refresh,
  });
  const archive = useMutation({
    mutationFn: () => unwrap(api.POST("/patients/{patient_id}/archive", { params })),
    onSuccess: async () => {
      await refresh();
      showUndoable(t("patient.archiving.done", { name }), async () => {
        await restore.mutateAsync();
        showDone(t("patient.correct.undone"));
      });
    },
  });
  const ask = useMutation({
    mutationFn: () => unwrap(api.GET("/patients/{patient_id}/open", { params })),
    onSuccess: (open) =>
      confirm({
        title: t("patient.archiving.title", { name }),
        text: [whatIsOpen(open, t), t("patient.archiving.text")].filter(Boolean).join(" "),
        action: t("patient.archive"),
        isDestructive: false,
        onConfirm: () => archive.mutate(),
      }),
  });
  const isArchived = !!patient.archived_at;
  const Icon = isArchived ? IconArchiveOff : IconArchive;
  return (
    <Button
      variant="default"
      leftSection={<Icon size={18} aria-hidden />}
      loading={ask.isPending || archive.isPending || restore.isPending}
      onClick={() => (isArchived ? restore.mutate() : ask.mutate())}
    >
      {isArchived ? t("patient.restore") : t("patient.archive")}
    </Button>
  );
}

/** "Still open: 14 photos await your review, 3 considered malignant." */
function whatIsOpen(open: Open, t: TFunction): string {
  const parts = [
    open.unreviewed > 0 && t("patient.archiving.unreviewed", { count: open.unreviewed }),
    open.considered_malignant > 0 &&
      t("patient.archiving.malignant", { count: open.considered_malignant }),
    open.due > 0 && t("patient.archiving.due", { count: open.due }),
    open.pending > 0 && t("patient.archiving.pending", { count: open.pending }),
  ].filter(Boolean);
  return parts.length > 0 ? t("patient.archiving.open", { what: parts.join(", ") }) : "";
}
