import { Alert, Group, SegmentedControl, SimpleGrid, Stack, Text } from "@mantine/core";
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
import { AlignmentSwitch } from "./alignment/AlignmentSwitch";
import { useAlignment } from "./alignment/useAlignment";
import { siteName } from "./body/place_names";
import { Blink, Overlay, SideBySide, type Side } from "./ComparedPhotos";
import { usePatient } from "./queries";
import { useAddress } from "./useAddress";

const LAYOUTS = ["beside", "over", "blink"] as const;
type Layout = (typeof LAYOUTS)[number];

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
  const { compared: chosen, chooseCompared } = useAddress();
  const known = (id: string | undefined) => images.find((image) => image.id === id)?.id;
  // The newest beside the one before it, until others are chosen.
  const left = known(chosen[0]) ?? images[1]?.id ?? "";
  const right = known(chosen[1]) ?? images[0]?.id ?? "";
  const [layout, setLayout] = useState<Layout>("beside");
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
    <Dialog fullScreen isInAddress onClose={onClose} title={t("patient.compare.title")}>
      <Stack>
        <Text size="sm" c="dimmed">
          {[patient?.full_name, lesion.label || t("patient.lesion.unnamed"), siteName(t, lesion)]
            .filter(Boolean)
            .join(" · ")}
        </Text>
        <SimpleGrid cols={2}>
          <Choice
            label={t("patient.compare.left")}
            images={images}
            chosen={left}
            onChoose={(id) => chooseCompared(id, right)}
            takesFocus
          />
          <Choice
            label={t("patient.compare.right")}
            images={images}
            chosen={right}
            onChoose={(id) => chooseCompared(left, id)}
          />
        </SimpleGrid>
        <SegmentedControl<Layout>
          aria-label={t("patient.compare.layout")}
          value={layout}
          onChange={(value) => setLayout(value)}
          data={LAYOUTS.map((value) => ({ value, label: t(`patient.compare.${value}`) }))}
        />
        <QueryState query={compared} rows={1} height={320} />
        {compared.data && (
          <Pair left={compared.data.left} right={compared.data.right} layout={layout} />
        )}
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
  takesFocus,
}: {
  label: string;
  images: Schemas["Image"][];
  chosen: string;
  onChoose: (imageId: string) => void;
  takesFocus?: boolean;
}) {
  return (
    <Stack gap={4} miw={0}>
      <Text size="sm" fw={500} aria-hidden>
        {label}
      </Text>
      <Filmstrip {...{ label, images, chosen, onChoose, takesFocus }} />
    </Stack>
  );
}

/** The photos as chosen, aligned where they can be and nobody has turned that off. */
function Pair({ left, right, layout }: { left: Side; right: Side; layout: Layout }) {
  const { t } = useTranslation();
  const [isAligned, setIsAligned] = useState(true);
  const alignment = useAlignment(left.image, right.image);
  const similarity = (isAligned && alignment.data?.alignment?.similarity) || null;
  const pair = { left, right, similarity };
  return (
    <>
      <Group gap="xs" justify="space-between">
        <Text fw={500}>
          {t("patient.compare.interval", { count: daysBetween(takenAt(left), takenAt(right)) })}
        </Text>
        {left.image.id !== right.image.id && (
          <AlignmentSwitch
            alignment={alignment}
            width={right.image.width}
            isOn={isAligned}
            onChange={setIsAligned}
          />
        )}
      </Group>
      <Versions left={left} right={right} />
      {layout === "beside" && <SideBySide {...pair} />}
      {layout === "over" && <Overlay {...pair} />}
      {layout === "blink" && <Blink {...pair} />}
    </>
  );
}

/** Says so where different versions answered. */
function Versions({ left, right }: { left: Side; right: Side }) {
  const { t } = useTranslation();
  const versions = [left, right].map(({ detection }) => detection?.model?.version);
  if (!versions[0] || !versions[1] || versions[0] === versions[1]) return null;
  return (
    <Alert color="yellow">
      {t("patient.compare.versions", { left: versions[0], right: versions[1] })}
    </Alert>
  );
}

const takenAt = ({ image }: Side) => image.captured_at ?? image.created_at;
