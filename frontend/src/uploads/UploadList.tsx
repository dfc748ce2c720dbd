import { ActionIcon, Alert, Button, Group, Image, Progress, Stack, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useObjectUrl } from "@/api/useBytes";
import { SamePhotoNotice } from "@/ui/SamePhotoNotice";
import { problemText } from "@/ui/notices";
import { CaptureDate } from "./CaptureDate";
import { CopyNotice } from "./CopyNotice";
import { dismissUpload, type Upload } from "./queue";

/** Beyond this the list only says how many more there are. */
const SHOWN = 6;

/** Photos being uploaded, and refused ones with the reason. */
export function UploadList({ uploads }: { uploads: Upload[] }) {
  const { t } = useTranslation();
  const open = uploads.filter(
    ({ state, detection }) => state !== "done" || detection?.also_of_patient_id,
  );
  if (open.length === 0) return null;
  // What somebody has to decide comes first.
  const known = open.filter(({ copy }) => copy);
  open.sort((one, other) => Number(!one.copy) - Number(!other.copy));
  const rest = open.length - SHOWN;
  return (
    <Stack gap="xs" role="status" aria-label={t("patient.upload.progress")}>
      {known.length > 1 && (
        <Group justify="space-between" gap="xs">
          <Text size="sm">{t("patient.upload.copy.several", { count: known.length })}</Text>
          <Button
            variant="default"
            mih={44}
            onClick={() => known.forEach(({ id }) => void dismissUpload(id))}
          >
            {t("patient.upload.copy.leaveAllOut")}
          </Button>
        </Group>
      )}
      {open.slice(0, SHOWN).map((upload) => (
        <UploadRow key={upload.id} upload={upload} />
      ))}
      {rest > 0 && (
        <Text size="sm" c="dimmed">
          {t("patient.upload.others", { count: rest })}
        </Text>
      )}
    </Stack>
  );
}

function UploadRow({ upload }: { upload: Upload }) {
  const { t } = useTranslation();
  const preview = useObjectUrl(upload.file);
  const text = {
    waiting: t("patient.upload.waiting"),
    sending:
      upload.progress < 1 || upload.overview
        ? t("patient.upload.sending")
        : t("patient.upload.assessing"),
    refused: upload.problem ? problemText(upload.problem) : "",
    done: "",
  }[upload.state];
  return (
    <Group wrap="nowrap" gap="sm" align="flex-start">
      {preview && <Image src={preview} alt="" w={44} h={44} radius="sm" fit="cover" />}
      <Stack gap={4} flex={1} miw={0}>
        <Text size="sm" truncate>
          {upload.name}
        </Text>
        {upload.state === "done" ? (
          <SamePhotoNotice patientId={upload.detection?.also_of_patient_id} />
        ) : upload.state === "refused" ? (
          <Alert color="red" p={6} role="alert">
            {text}
          </Alert>
        ) : upload.copy ? (
          <CopyNotice upload={upload} copy={upload.copy} />
        ) : (
          <>
            <Progress
              value={upload.progress * 100}
              aria-label={upload.name}
              animated={upload.state === "sending"}
            />
            <Text size="xs" c="dimmed">
              {text}
            </Text>
          </>
        )}
        {["waiting", "sending"].includes(upload.state) && !upload.copy && (
          <CaptureDate upload={upload} />
        )}
      </Stack>
      {upload.state !== "sending" && !upload.copy && (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("patient.upload.dismiss", { name: upload.name })}
          onClick={() => void dismissUpload(upload.id)}
        >
          <IconX size={18} aria-hidden />
        </ActionIcon>
      )}
    </Group>
  );
}
