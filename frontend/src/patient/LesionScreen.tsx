import { Divider, Skeleton, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { lazy, Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { usePrefetchPictures } from "@/api/useBytes";
import { takenText } from "@/findings/taken";
import { QueryState } from "@/ui/QueryState";
import { EmptyState } from "@/ui/States";
import { HandoffDialog } from "@/handoff/HandoffDialog";
import { PhoneButton, PhoneTile } from "@/handoff/PhoneTile";
import { useArrivals } from "@/handoff/useArrivals";
import { useMakeHandoff, useOpenHandoff } from "@/handoff/useHandoffs";
import { AddPhotoTile } from "@/uploads/AddPhotoTile";
import { UploadList } from "@/uploads/UploadList";
import { UploadZone } from "@/uploads/UploadZone";
import { useUploads } from "@/uploads/useUploads";
import { Filmstrip } from "@/viewer/Filmstrip";
import { PhotoViewer } from "@/viewer/PhotoViewer";
import { siteName } from "./body/place_names";
import { Comparison } from "./Comparison";
import { marksOf, useFindings } from "./marks";
import { pointsOf } from "./over_time/chart_points";
import { PatientBar } from "./PatientBar";
import { PhotoDock } from "./PhotoDock";
import { useAddress } from "./useAddress";
import {
  useDetectionOf,
  useImages,
  useLesions,
  useRefreshPatient,
  useSizes,
  type Shelf,
} from "./queries";
import classes from "@/viewer/Workbench.module.css";

const LesionChart = lazy(() => import("./over_time/LesionChart"));

/** One lesion, or the unsorted tray: the photo first, everything about it around it. */
export function LesionScreen({ patient, shelf }: { patient: Schemas["Patient"]; shelf: Shelf }) {
  const lesions = useLesions(patient.id);
  const lesionId = shelf === "unsorted" ? null : shelf.lesionId;
  const [isPhoneShown, phone] = useDisclosure();
  const makeHandoff = useMakeHandoff(lesionId ?? "");
  const handoff = useOpenHandoff(lesionId);
  return (
    <div className={classes.screen}>
      <PatientBar patient={patient} shelf={shelf} lesions={lesions.data ?? []} />
      {lesions.data ? (
        <Photos
          patient={patient}
          shelf={shelf}
          lesions={lesions.data}
          handoff={handoff}
          onPhone={() => {
            makeHandoff.mutate();
            phone.open();
          }}
        />
      ) : (
        <div className={classes.whole}>
          <QueryState query={lesions} />
        </div>
      )}
      {isPhoneShown && <HandoffDialog open={handoff} making={makeHandoff} onClose={phone.close} />}
    </div>
  );
}

function Photos({
  patient,
  shelf,
  lesions,
  handoff,
  onPhone,
}: {
  patient: Schemas["Patient"];
  shelf: Shelf;
  lesions: Schemas["Lesion"][];
  /** By which a phone hands in photos of this lesion. */
  handoff: Schemas["Handoff"] | null;
  onPhone: () => void;
}) {
  const { t } = useTranslation();
  const { imageId, chooseImage, isComparing, closeComparison } = useAddress();
  const lesionId = shelf === "unsorted" ? null : shelf.lesionId;
  const lesion = lesions.find(({ id }) => id === lesionId);
  const images = useImages(patient.id, shelf);
  const findings = useFindings(patient.id, lesionId);
  const marks = findings.data && marksOf(findings.data);
  const points = lesion && images.data && marks ? pointsOf(images.data, marks) : [];
  const sizes = useSizes(patient.id, lesionId);
  const isArchived = !!patient.archived_at;
  const uploads = useUploads().filter(
    ({ patientId, lesionId: to, isSorting, overview }) =>
      patientId === patient.id && to === lesionId && !isSorting && !overview,
  );
  useShowFinished(uploads.filter(({ state }) => state === "done").at(-1), (id) =>
    chooseImage(id, { replace: imageId === null }),
  );
  useArrivals(handoff, images.data, {
    refresh: useRefreshPatient(patient.id),
    onArrival: (id) => chooseImage(id, { replace: true }),
  });
  const place = Math.max(0, images.data?.findIndex(({ id }) => id === imageId) ?? 0);
  const chosen = images.data?.[place];
  const [newer, older] = [images.data?.[place - 1], images.data?.[place + 1]];
  const detection = useDetectionOf(patient.id, chosen?.id ?? null);
  usePrefetchPictures(
    [newer, older].flatMap((image) => (image ? [`/api/images/${image.id}`] : [])),
  );

  if (lesionId && !lesion) {
    return (
      <div className={classes.whole}>
        <EmptyState title={t("patient.lesion.gone")} />
      </div>
    );
  }
  if (!images.data || !chosen) {
    return (
      <Stack className={classes.whole}>
        <QueryState query={images} rows={2} height={96} />
        {images.data && !isArchived && <UploadZone patientId={patient.id} lesionId={lesionId} />}
        {images.data && !isArchived && lesionId && <PhoneButton open={handoff} onPress={onPhone} />}
        <UploadList uploads={uploads} />
        {images.data && uploads.length === 0 && (
          <EmptyState
            title={t("patient.photos.none")}
            text={isArchived ? undefined : t("patient.photos.noneText")}
          />
        )}
      </Stack>
    );
  }
  return (
    <>
      <div className={classes.viewer}>
        <PhotoViewer
          image={chosen}
          name={t("patient.photos.name", { at: takenText(chosen) })}
          detection={detection.data ?? null}
          isReadOnly={isArchived}
          onPrevious={newer && (() => chooseImage(newer.id))}
          onNext={older && (() => chooseImage(older.id))}
        />
      </div>
      <div className={classes.strip}>
        <Filmstrip
          images={images.data}
          marks={marks}
          chosen={chosen.id}
          onChoose={chooseImage}
          site={lesion && siteName(t, lesion)}
        >
          {!isArchived && <AddPhotoTile patientId={patient.id} lesionId={lesionId} />}
          {!isArchived && lesionId && <PhoneTile open={handoff} onPress={onPhone} />}
        </Filmstrip>
      </div>
      <div className={classes.dock} tabIndex={-1}>
        <UploadList uploads={uploads} />
        <PhotoDock
          key={chosen.id}
          image={chosen}
          detection={detection}
          lesions={lesions}
          isArchived={isArchived}
        >
          {points.length > 1 && (
            <>
              <Divider />
              <Suspense fallback={<Skeleton h={330} />}>
                <LesionChart
                  points={points}
                  sizes={sizes.data}
                  chosen={chosen.id}
                  onChoose={chooseImage}
                />
              </Suspense>
            </>
          )}
        </PhotoDock>
      </div>
      {isComparing && lesion && images.data.length > 1 && (
        <Comparison lesion={lesion} images={images.data} onClose={closeComparison} />
      )}
    </>
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
