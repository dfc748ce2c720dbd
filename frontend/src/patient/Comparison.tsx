import { Alert, SegmentedControl, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { patientKey } from "@/api/patient_key";
import { daysBetween } from "@/i18n/moments";
import { Dialog } from "@/ui/Dialog";
import { QueryState } from "@/ui/QueryState";
import { IntendedUse } from "@/ui/States";
import { Filmstrip } from "@/viewer/Filmstrip";
import { Blink, Overlay, SideBySide, type Side } from "./ComparedPhotos";
import { usePatient } from "./queries";

const LAYOUTS = ["beside", "over", "blink"] as const;

/** Two photos of one lesion: side by side with one zoom for both, overlaid, or in turns. */
export function Comparison({
  lesion,
  images,
  onClose,
}: {
  lesion: Schemas["Lesion"];
  /** The newest first. */
  images: Schemas["Image"][];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  // The newest beside the one before it.
  const [left, setLeft] = useState(images[1]?.id ?? "");
  const [right, setRight] = useState(images[0]?.id ?? "");
  const [layout, setLayout] = useState<(typeof LAYOUTS)[number]>("beside");
  const patient = usePatient(lesion.patient_id).data;
  const compared = useQuery({
    queryKey: [...patientKey(lesion.patient_id), "compare", lesion.id, left, right],
    queryFn: () =>
      unwrap(
        api.GET("/lesions/{lesion_id}/compare", {
          params: { path: { lesion_id: lesion.id }, query: { left, right } },
        }),
      ),
  });
  return (
    <Dialog fullScreen onClose={onClose} title={t("patient.compare.title")}>
      <Stack>
        <Text>
          {[
            patient?.full_name,
            lesion.label || t("patient.lesion.unnamed"),
            lesion.body_site && t(`patient.sites.${lesion.body_site}`),
          ]
            .filter(Boolean)
            .join(" · ")}
        </Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Choice
            label={t("patient.compare.left")}
            images={images}
            chosen={left}
            onChoose={setLeft}
          />
          <Choice
            label={t("patient.compare.right")}
            images={images}
            chosen={right}
            onChoose={setRight}
          />
        </SimpleGrid>
        <SegmentedControl
          aria-label={t("patient.compare.layout")}
          value={layout}
          onChange={(value) => setLayout(value)}
          data={LAYOUTS.map((value) => ({ value, label: t(`patient.compare.${value}`) }))}
        />
        <QueryState query={compared} rows={1} height={320} />
        {compared.data && <Differences left={compared.data.left} right={compared.data.right} />}
        {compared.data && layout === "beside" && <SideBySide {...compared.data} />}
        {compared.data && layout === "over" && <Overlay {...compared.data} />}
        {compared.data && layout === "blink" && <Blink {...compared.data} />}
        <IntendedUse />
      </Stack>
    </Dialog>
  );
}

/** One side, chosen by its thumbnail. */
function Choice({
  label,
  images,
  chosen,
  onChoose,
}: {
  label: string;
  images: Schemas["Image"][];
  chosen: string;
  onChoose: (imageId: string) => void;
}) {
  return (
    <Stack gap={4} miw={0}>
      <Text size="sm" fw={500} aria-hidden>
        {label}
      </Text>
      <Filmstrip label={label} images={images} chosen={chosen} onChoose={onChoose} />
    </Stack>
  );
}

/** How long lies between the photos, and whether different versions answered. */
function Differences({ left, right }: { left: Side; right: Side }) {
  const { t } = useTranslation();
  const days = daysBetween(takenAt(left), takenAt(right));
  const versions = [left, right].map(({ detection }) => detection?.model?.version);
  const differ = versions[0] && versions[1] && versions[0] !== versions[1];
  return (
    <Stack gap="xs">
      <Text fw={500}>{t("patient.compare.interval", { count: days })}</Text>
      {differ && (
        <Alert color="yellow">
          {t("patient.compare.versions", { left: versions[0], right: versions[1] })}
        </Alert>
      )}
    </Stack>
  );
}

const takenAt = ({ image }: Side) => image.captured_at ?? image.created_at;
