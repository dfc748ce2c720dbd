import { Group, Stack, Text, VisuallyHidden } from "@mantine/core";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { takenText } from "@/findings/taken";
import { Dialog } from "@/ui/Dialog";
import { QueryState } from "@/ui/QueryState";
import type { LesionFacts } from "../lesion_facts";
import { OverviewMenu } from "./OverviewMenu";
import { OverviewPhoto } from "./OverviewPhoto";
import { PinList } from "./PinList";
import { overviewName, type OverviewRegion } from "./regions";
import { useImagePins, type Place } from "./usePins";
import classes from "./Overviews.module.css";

/** An overview photo, large, with the patient's lesions beside it. */
export function OverviewDialog({
  image,
  region,
  facts,
  isReadOnly,
  onClose,
}: {
  image: Schemas["Image"];
  region: OverviewRegion;
  facts: readonly LesionFacts[];
  isReadOnly: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { pins, place, remove } = useImagePins(image);
  const [placing, setPlacing] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const factsOf = (lesionId: string) => facts.find(({ lesion }) => lesion.id === lesionId);
  const nameOf = (lesionId: string) => {
    const known = factsOf(lesionId);
    return known ? `${known.number}. ${known.lesion.label || t("patient.lesion.unnamed")}` : "";
  };
  const put = (lesionId: string, at: Place) => {
    setPlacing(null);
    setChosen(lesionId);
    place.mutate(
      { lesionId, at },
      { onSuccess: () => setSaid(t("overviews.placed", { name: nameOf(lesionId) })) },
    );
  };
  const begin = (lesionId: string | null) => {
    setPlacing(lesionId);
    setSaid(lesionId ? t("overviews.placing", { name: nameOf(lesionId) }) : "");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    // One step back at a time: first what is being placed, then the photo.
    if (placing) begin(null);
    else onClose();
  };
  return (
    <Dialog
      fullScreen
      isInAddress
      closeOnEscape={false}
      onKeyDown={onKeyDown}
      onClose={onClose}
      title={
        <Group gap="xs">
          <Text component="span" fw={600}>
            {overviewName(t, region)}
          </Text>
          <Text component="span" size="sm" c="dimmed">
            {takenText(image)}
          </Text>
        </Group>
      }
    >
      <div className={classes.large}>
        <OverviewPhoto
          image={image}
          name={t("overviews.name", { region: overviewName(t, region), at: takenText(image) })}
          pins={pins.data ?? []}
          facts={facts}
          placing={placing ? (factsOf(placing) ?? null) : null}
          onPlace={isReadOnly ? undefined : put}
          onChoose={setChosen}
        />
        <Stack gap="sm" className={classes.list}>
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <Text size="sm" c="dimmed">
              {t(isReadOnly ? "overviews.notAssessed" : "overviews.help")}
            </Text>
            {!isReadOnly && <OverviewMenu image={image} />}
          </Group>
          <QueryState query={pins} rows={3} />
          {pins.data && facts.length === 0 && <Text size="sm">{t("patient.overview.none")}</Text>}
          {pins.data && facts.length > 0 && (
            <PinList
              facts={facts}
              pinned={new Set(pins.data.map(({ lesion_id }) => lesion_id))}
              {...{ chosen, placing, isReadOnly }}
              onPlacing={begin}
              onRemove={(lesionId) =>
                remove.mutate(lesionId, {
                  onSuccess: () => setSaid(t("overviews.removed", { name: nameOf(lesionId) })),
                })
              }
            />
          )}
        </Stack>
      </div>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </Dialog>
  );
}
