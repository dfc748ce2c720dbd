import { Button, Group, Stack, Title } from "@mantine/core";
import { IconColumns2, IconPencil } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { MoreButton } from "@/ui/MoreButton";
import { QueryState } from "@/ui/QueryState";
import { EmptyState } from "@/ui/States";
import { UploadList } from "@/uploads/UploadList";
import { UploadZone } from "@/uploads/UploadZone";
import { useUploads } from "@/uploads/useUploads";
import { Comparison } from "./Comparison";
import { ImageDetails } from "./ImageDetails";
import { ImageStrip } from "./ImageStrip";
import { LesionDialog } from "./LesionDialog";
import { useAddress } from "./useAddress";
import { useImages, type Shelf } from "./queries";

/** The photos of one lesion, or of the unsorted tray: add some, look at one, compare two. */
export function ShelfPanel({
  patientId,
  shelf,
  lesions,
  archived,
}: {
  patientId: string;
  shelf: Shelf;
  lesions: Schemas["Lesion"][];
  archived: boolean;
}) {
  const { t } = useTranslation();
  const { imageId, chooseImage, isComparing, openComparison, closeComparison } = useAddress();
  const lesionId = shelf === "unsorted" ? null : shelf.lesionId;
  const lesion = lesions.find(({ id }) => id === lesionId);
  const images = useImages(patientId, shelf);
  const [open, setOpen] = useState<"change" | null>(null);
  const uploads = useUploads().filter(
    (upload) => upload.patientId === patientId && upload.lesionId === lesionId,
  );
  useShowFinished(uploads.filter(({ state }) => state === "done").at(-1), (id) =>
    chooseImage(id, { replace: imageId === null }),
  );

  if (lesionId && !lesion) {
    return <EmptyState title={t("patient.lesion.gone")} />;
  }
  const chosen = images.data?.find(({ id }) => id === imageId) ?? images.data?.[0];
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {lesion ? lesion.label || t("patient.lesion.unnamed") : t("patient.photos.unsorted")}
        </Title>
        <Group gap="xs">
          {lesion && (images.data?.length ?? 0) > 1 && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconColumns2 size={16} aria-hidden />}
              onClick={openComparison}
            >
              {t("patient.compare.open")}
            </Button>
          )}
          {lesion && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPencil size={16} aria-hidden />}
              onClick={() => setOpen("change")}
            >
              {t("patient.lesion.change")}
            </Button>
          )}
        </Group>
      </Group>
      {!archived && <UploadZone patientId={patientId} lesionId={lesionId} />}
      <UploadList uploads={uploads} />
      <QueryState query={images} rows={2} height={96} />
      {images.data?.length === 0 && uploads.length === 0 && (
        <EmptyState
          title={t("patient.photos.none")}
          text={archived ? undefined : t("patient.photos.noneText")}
        />
      )}
      {images.data && chosen && (
        <>
          <ImageStrip images={images.data} chosen={chosen.id} onChoose={chooseImage} />
          <MoreButton list={images} justify="flex-start" />
          <ImageDetails
            key={chosen.id}
            patientId={patientId}
            image={chosen}
            lesions={lesions}
            archived={archived}
          />
        </>
      )}
      {open === "change" && lesion && (
        <LesionDialog
          patientId={patientId}
          lesion={lesion}
          onClose={() => setOpen(null)}
          onSaved={() => setOpen(null)}
        />
      )}
      {isComparing && lesion && images.data && images.data.length > 1 && (
        <Comparison lesion={lesion} images={images.data} onClose={closeComparison} />
      )}
    </Stack>
  );
}

/** Shows the result of an upload as soon as it is there. */
function useShowFinished(
  newest: { id: string; detection?: Schemas["Detection"] } | undefined,
  show: (imageId: string) => void,
) {
  // What had finished before this page was opened is not news.
  const shown = useRef(newest?.id);
  useEffect(() => {
    if (!newest?.detection || shown.current === newest.id) return;
    shown.current = newest.id;
    show(newest.detection.image_id);
  }, [newest, show]);
}
