import { Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { FormDialog } from "@/ui/FormDialog";
import { showDone } from "@/ui/notices";
import { useModelsChanged } from "./queries";
import { Refusal } from "./Refusal";

const LONGEST = 1000;

/** Confirms a change to all replicas, and asks for the reason that the release log keeps. */
export function ReasonDialog<Answer>({
  title,
  text,
  children,
  submit,
  isReady = true,
  change,
  done,
  size,
  onClose,
}: {
  title: string;
  text: string;
  /** Further fields. */
  children?: ReactNode;
  submit: string;
  /** Whether those are valid. */
  isReady?: boolean;
  change: (why: string) => Promise<Answer>;
  /** The notice afterwards. */
  done: (answer: Answer) => string;
  size?: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const changed = useModelsChanged();
  const [why, setWhy] = useState("");
  const ask = useMutation({
    mutationFn: () => change(why.trim()),
    onSuccess: (answer) => {
      showDone(done(answer));
      onClose();
    },
    onSettled: changed,
    meta: { quiet: true },
  });
  return (
    <FormDialog
      title={title}
      submit={submit}
      isBusy={ask.isPending}
      isDisabled={!isReady}
      {...(size !== undefined && { size })}
      onSubmit={() => ask.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{text}</Text>
      <Refusal error={ask.error} />
      {children}
      <Textarea
        label={`${t("admin.models.release.why")} (${t("shell.optional")})`}
        description={t("admin.models.release.whyHelp")}
        autosize
        minRows={2}
        maxLength={LONGEST}
        data-autofocus
        value={why}
        onChange={(event) => setWhy(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
