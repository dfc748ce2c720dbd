import {
  Group,
  NativeSelect,
  SegmentedControl,
  SimpleGrid,
  Slider,
  Stack,
  Text,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { patientKey } from "@/api/patient_key";
import { usePicture } from "@/api/useBytes";
import { Differential } from "@/findings/Differential";
import { FindingSummary } from "@/findings/FindingSummary";
import { takenText } from "@/findings/taken";
import { Dialog } from "@/ui/Dialog";
import { QueryState } from "@/ui/QueryState";
import { IntendedUse } from "@/ui/States";
import { ZoomFrame, type View } from "./ZoomFrame";
import classes from "./ImageViewer.module.css";

type Side = Schemas["ComparedImage"];

/** Two photos of one lesion: side by side with one zoom for both, or overlaid. */
export function Comparison({
  lesion,
  images,
  onClose,
}: {
  lesion: Schemas["Lesion"];
  images: Schemas["Image"][];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  // The newest beside the one before it.
  const [left, setLeft] = useState(images[1]?.id ?? "");
  const [right, setRight] = useState(images[0]?.id ?? "");
  const [layout, setLayout] = useState<"beside" | "over">("beside");
  const compared = useQuery({
    queryKey: [...patientKey(lesion.patient_id), "compare", lesion.id, left, right],
    queryFn: () =>
      unwrap(
        api.GET("/lesions/{lesion_id}/compare", {
          params: { path: { lesion_id: lesion.id }, query: { left, right } },
        }),
      ),
  });
  const choices = images.map((image) => ({
    value: image.id,
    label: takenText(image),
  }));
  return (
    <Dialog fullScreen onClose={onClose} title={t("patient.compare.title")}>
      <Stack>
        <Group align="flex-end">
          <NativeSelect
            label={t("patient.compare.left")}
            data={choices}
            value={left}
            onChange={(event) => setLeft(event.currentTarget.value)}
          />
          <NativeSelect
            label={t("patient.compare.right")}
            data={choices}
            value={right}
            onChange={(event) => setRight(event.currentTarget.value)}
          />
          <SegmentedControl
            aria-label={t("patient.compare.layout")}
            value={layout}
            onChange={(value) => setLayout(value)}
            data={[
              { value: "beside", label: t("patient.compare.beside") },
              { value: "over", label: t("patient.compare.over") },
            ]}
          />
        </Group>
        <QueryState query={compared} rows={1} height={320} />
        {compared.data &&
          (layout === "beside" ? (
            <SideBySide left={compared.data.left} right={compared.data.right} />
          ) : (
            <Overlay left={compared.data.left} right={compared.data.right} />
          ))}
        <IntendedUse />
      </Stack>
    </Dialog>
  );
}

/** Two frames that zoom and move as one. */
function SideBySide({ left, right }: { left: Side; right: Side }) {
  const [view, setView] = useState<View>({ scale: 1, x: 0, y: 0 });
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      {[left, right].map((side, index) => (
        <Stack key={index} gap="xs">
          <ZoomFrame view={view} onMove={setView}>
            <Photo side={side} />
          </ZoomFrame>
          <Caption side={side} />
        </Stack>
      ))}
    </SimpleGrid>
  );
}

/** The right photo under the left one, which a slider draws away. */
function Overlay({ left, right }: { left: Side; right: Side }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(50);
  return (
    <Stack maw={900} mx="auto" w="100%">
      <ZoomFrame>
        <div className={classes.pictures}>
          <Photo side={right} />
          <div className={classes.upper} style={{ clipPath: `inset(0 ${100 - shown}% 0 0)` }}>
            <Photo side={left} />
          </div>
        </div>
      </ZoomFrame>
      <Slider
        value={shown}
        onChange={setShown}
        label={null}
        thumbLabel={t("patient.compare.slider")}
      />
      <SimpleGrid cols={2}>
        <Caption side={left} />
        <Caption side={right} />
      </SimpleGrid>
    </Stack>
  );
}

function Photo({ side }: { side: Side }) {
  const { t } = useTranslation();
  const { url } = usePicture(`/api/images/${side.image.id}`);
  const at = takenText(side.image);
  return (
    <div className={classes.pictures}>
      {url && <img src={url} alt={t("patient.photos.name", { at })} className={classes.photo} />}
    </div>
  );
}

function Caption({ side: { detection, image } }: { side: Side }) {
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Text size="sm">{takenText(image)}</Text>
        {detection && <FindingSummary detection={detection} />}
      </Group>
      {detection && detection.assessable !== false && (
        <Differential entries={detection.differential} />
      )}
    </Stack>
  );
}
