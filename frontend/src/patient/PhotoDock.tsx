import { Alert, Anchor, Divider, Group, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconFileDownload } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { saveDocument } from "@/ui/downloads";
import { dayAndTime } from "@/i18n/moments";
import { QueryState } from "@/ui/QueryState";
import { SamePhotoNotice } from "@/ui/SamePhotoNotice";
import { MarkingList } from "@/viewer/markings/MarkingList";
import { AnswerList } from "./AnswerList";
import { PhotoMenu } from "./PhotoMenu";
import { ResultCard } from "./ResultCard";
import { ReviewForm } from "./ReviewForm";
import { useImageRecord, type useDetectionOf } from "./queries";
import { useAuthorName } from "./useAuthorName";

type Image = Schemas["Image"];

/** What is known and said of the photo in the viewer. */
export function PhotoDock({
  image,
  detection,
  lesions,
  isArchived,
  children,
}: {
  image: Image;
  detection: ReturnType<typeof useDetectionOf>;
  lesions: Schemas["Lesion"][];
  isArchived: boolean;
  /** Stands between what is said of the photo and the photo's own facts. */
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const nameOf = useAuthorName();
  const record = useImageRecord(image.patient_id, image.id);
  return (
    <Stack>
      <SamePhotoNotice patientId={record.data?.image.also_of_patient_id} />
      {image.duplicate_of && <Alert color="yellow">{t("patient.photos.duplicate")}</Alert>}
      <QueryState query={detection} rows={3} height={80} />
      {detection.data !== undefined && (
        <ResultCard detection={detection.data} imageId={image.id} patientId={image.patient_id} />
      )}
      {/* What stands below the result comes with it, or would be pushed down by it. */}
      {!detection.isPending && (
        <>
          <Divider />
          {detection.data && <ReviewForm detection={detection.data} />}
          <AnswerList patientId={image.patient_id} imageId={image.id} />
          <MarkingList image={image} isReadOnly={isArchived} nameOf={nameOf} />
          {children}
          <Divider />
          <Group justify="space-between" align="flex-start" wrap="nowrap">
            <Stack gap={2}>
              <Text size="xs" c="dimmed">
                {image.captured_at
                  ? t("patient.photos.taken", { at: dayAndTime(image.captured_at) })
                  : t("patient.photos.takenUnknown", { at: dayAndTime(image.created_at) })}
              </Text>
              <Text size="xs" c="dimmed">
                {t("patient.photos.size", { width: image.width, height: image.height })}
              </Text>
              {image.original_media_type && (
                <Original image={image} type={image.original_media_type} />
              )}
            </Stack>
            {!isArchived && <PhotoMenu image={image} lesions={lesions} />}
          </Group>
        </>
      )}
    </Stack>
  );
}

/** The file as it was sent, where it was kept beside the photo that is shown. */
function Original({ image, type }: { image: Image; type: string }) {
  const { t } = useTranslation();
  const kind = type.replace("image/", "");
  const save = useMutation({
    mutationFn: () =>
      saveDocument(`/api/images/${image.id}/original`, `dermis-${image.id}.${kind}`),
  });
  return (
    <Anchor component="button" size="xs" onClick={() => save.mutate()}>
      <IconFileDownload size={14} aria-hidden />{" "}
      {t("patient.photos.original", { kind: kind.toUpperCase() })}
    </Anchor>
  );
}
