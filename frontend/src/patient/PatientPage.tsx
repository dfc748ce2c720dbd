import { Stack, Tabs } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation, useParams } from "react-router";
import { Problem } from "@/api/problem";
import { usePrefetchPictures } from "@/api/useBytes";
import { Breadcrumb } from "@/ui/Breadcrumb";
import { NotFoundPage } from "@/ui/NotFoundPage";
import { ErrorState, LoadingRows } from "@/ui/States";
import { LesionScreen } from "./LesionScreen";
import { LesionsTab } from "./LesionsTab";
import { SortingPage } from "./sorting/SortingPage";
import { PatientHeader } from "./PatientHeader";
import { Timeline } from "./Timeline";
import { useAddress } from "./useAddress";
import { useImages, useLesions, usePatient, type Shelf } from "./queries";

export default function PatientPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const { search } = useLocation();
  const { shelf, imageId, tab, isSorting, chooseTab } = useAddress();
  const patient = usePatient(id);
  useAskedBeside(id, shelf, imageId);
  useDocumentTitle(`${patient.data?.full_name ?? t("patient.title")} · ${t("shell.name")}`);

  if (patient.isPending) return <LoadingRows rows={6} />;
  if (!patient.data) {
    const gone = patient.error instanceof Problem && [404, 422].includes(patient.error.status);
    if (gone) return <NotFoundPage />;
    return <ErrorState error={patient.error} onRetry={() => void patient.refetch()} />;
  }
  if (patient.data.merged_into) {
    return <Navigate to={{ pathname: `/patient/${patient.data.merged_into}`, search }} replace />;
  }
  if (shelf && tab === "photos") {
    const key = shelf === "unsorted" ? shelf : shelf.lesionId;
    return <LesionScreen key={`${id} ${key}`} patient={patient.data} shelf={shelf} />;
  }
  if (isSorting && !patient.data.archived_at)
    return <SortingPage key={id} patient={patient.data} />;
  return (
    <Stack key={id}>
      <Breadcrumb pages={[{ to: "/patients", name: t("shell.menu.patients") }]} />
      <PatientHeader patient={patient.data} />
      <Tabs value={tab} onChange={(value) => chooseTab(value ?? "photos")} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="photos">{t("patient.tabs.photos")}</Tabs.Tab>
          <Tabs.Tab value="timeline">{t("patient.tabs.timeline")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="photos">
          <LesionsTab patient={patient.data} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline">
          <Timeline patientId={id} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

/**
 * Asks for what a photo's screen shows beside the patient and not after: the photo is there as soon
 * as can be, and each step would take a round trip.
 */
function useAskedBeside(id: string, shelf: Shelf | null, imageId: string | null) {
  useLesions(id);
  useImages(id, shelf);
  usePrefetchPictures(imageId ? [`/api/images/${imageId}`] : []);
}
