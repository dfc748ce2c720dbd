import { Button, Group, Stack, Text } from "@mantine/core";
import { IconArrowBackUp, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { CaptureDate } from "@/uploads/CaptureDate";
import { CopyNotice } from "@/uploads/CopyNotice";
import { dismissUpload, type Upload } from "@/uploads/queue";

/** What is known of the photo that is being sorted, and what else can be done with it. */
export function CurrentPhoto({
  photo,
  place,
  onTakeBack,
}: {
  photo: Upload;
  place: string | null;
  onTakeBack: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      <div>
        <Text fw={600} style={{ overflowWrap: "anywhere" }}>
          {photo.name}
        </Text>
        <CaptureDate upload={photo} />
        {place && <Text size="sm">{t("sorting.goesTo", { place })}</Text>}
      </div>
      {photo.copy && <CopyNotice upload={photo} copy={photo.copy} />}
      <Group gap="xs">
        {place && (
          <Button
            variant="default"
            mih={44}
            leftSection={<IconArrowBackUp size={16} aria-hidden />}
            onClick={onTakeBack}
          >
            {t("sorting.takeBack")}
          </Button>
        )}
        {!photo.copy && (
          <Button
            variant="subtle"
            color="gray"
            mih={44}
            leftSection={<IconTrash size={16} aria-hidden />}
            aria-label={t("patient.upload.dismiss", { name: photo.name })}
            onClick={() => void dismissUpload(photo.id)}
          >
            {t("sorting.remove")}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
