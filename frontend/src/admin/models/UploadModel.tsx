import { Alert, Button, FileInput, Group, Progress, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconCheck, IconFile, IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { percent } from "@/i18n/moments";
import { Section } from "@/ui/Section";
import { useModelsChanged } from "../releases/queries";
import { Refusal } from "../releases/Refusal";
import { sendArchive } from "./send_archive";

/** Uploads an archive to the store; releasing it is another step. */
export function UploadModel() {
  const { t } = useTranslation();
  const changed = useModelsChanged();
  const [archive, setArchive] = useState<File | null>(null);
  const [signature, setSignature] = useState<File | null>(null);
  const [progress, setProgress] = useState(0);
  const upload = useMutation({
    mutationFn: (file: File) => {
      setProgress(0);
      return sendArchive({ archive: file, signature, onProgress: setProgress });
    },
    onSuccess: () => {
      setArchive(null);
      setSignature(null);
    },
    onSettled: changed,
    meta: { quiet: true },
  });
  const icon = <IconFile size={18} aria-hidden />;
  return (
    <Section title={t("admin.models.upload.title")} text={t("admin.models.upload.text")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (archive) upload.mutate(archive);
        }}
      >
        <Group align="flex-end">
          <FileInput
            flex="1 1 220px"
            label={t("admin.models.upload.archive")}
            placeholder={t("admin.models.upload.choose")}
            accept=".mar"
            leftSection={icon}
            value={archive}
            disabled={upload.isPending}
            onChange={(file) => {
              setArchive(file);
              upload.reset();
            }}
          />
          <FileInput
            flex="1 1 160px"
            label={`${t("admin.models.upload.signature")} (${t("shell.optional")})`}
            placeholder={t("admin.models.upload.choose")}
            accept=".sig"
            clearable
            leftSection={icon}
            value={signature}
            disabled={upload.isPending}
            onChange={setSignature}
          />
          <Button
            type="submit"
            leftSection={<IconUpload size={18} aria-hidden />}
            loading={upload.isPending}
            disabled={!archive}
          >
            {t("admin.models.upload.send")}
          </Button>
        </Group>
      </form>
      {upload.isPending && <Sending name={upload.variables.name} share={progress} />}
      <Refusal title={t("admin.models.upload.refused")} error={upload.error} />
      {upload.data && (
        <Alert color="teal" role="status" icon={<IconCheck aria-hidden />}>
          {t("admin.models.upload.done", { version: upload.data.version })}
        </Alert>
      )}
    </Section>
  );
}

function Sending({ name, share }: { name: string; share: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      <Text size="sm" role="status">
        {share < 1
          ? t("admin.models.upload.progress", { name })
          : t("admin.models.upload.checking")}
      </Text>
      <Progress.Root size="lg">
        <Progress.Section
          value={share * 100}
          animated={share === 1}
          aria-label={t("admin.models.upload.progress", { name })}
          aria-valuetext={percent(share)}
        />
      </Progress.Root>
    </Stack>
  );
}
