import { Stack, Text, VisuallyHidden } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import type { Zone } from "@/findings/zone";
import { BodyPart, type Spot } from "./BodyPart";
import { BodySheet } from "./BodySheet";
import { isChild } from "./child";
import type { Pin } from "./clusters";
import type { Place } from "./drawing";
import { placeName, placeOf } from "./place_names";
import { RegionTree } from "./RegionTree";
import { treeOf, type Placed } from "./tree_items";
import { useFocus } from "./useFocus";
import { areaOf, bestView, isSame, type BodyPosition, type Figure } from "./views";

/**
 * A body with its lesions, numbered as in the list, as drawings and as a tree.
 *
 * A press on a region shows it large; a press there adds a lesion. A pin is dragged to where the
 * lesion really is, or pushed there with the arrow keys.
 */
export function BodyMap({
  lesions,
  zones,
  birthDate,
  onChoose,
  onAdd,
  onMove,
}: {
  lesions: Schemas["Lesion"][];
  /** Of the newest answer on each lesion. */
  zones?: ReadonlyMap<string, Zone | null>;
  /** A child's body is drawn as one. */
  birthDate?: string | null;
  onChoose: (lesionId: string) => void;
  onAdd: (spot: Spot) => void;
  onMove?: (lesionId: string, position: BodyPosition) => void;
}) {
  const { t } = useTranslation();
  const [figure, setFigure] = useState<Figure>(isChild(birthDate) ? "child" : "adult");
  const [lit, setLit] = useState<Place | null>(null);
  const { focus, open, close } = useFocus();
  const placed = useMemo(() => placedOf(lesions, zones), [lesions, zones]);
  const items = useMemo(() => treeOf(t, placed), [t, placed]);
  const pins = placed.flatMap((one): Pin[] =>
    one.position ? [{ ...one, position: one.position }] : [],
  );
  const shared = { pins, figure, lit, onLight: setLit, onChoose, onMove };
  const show = (place: Place) => {
    const there = placed.find((one) => one.position && one.place && isSame(one.place, place));
    const ofPin = there?.position?.view;
    // Where its lesions have their pins, if the place is seen there.
    const view = ofPin && areaOf(place, ofPin, figure) ? ofPin : bestView(place);
    if (view) open({ view, place });
    else onAdd({ place });
  };
  return (
    <Stack gap="xs">
      {focus ? (
        <BodyPart {...shared} focus={focus} onAdd={onAdd} onClose={close} />
      ) : (
        <BodySheet {...shared} onFigure={setFigure} onOpen={open} />
      )}
      <Text size="xs" c="dimmed" mih="2.9em" ta="center" style={{ textWrap: "balance" }}>
        {lit ? placeName(t, lit) : t(focus ? "patient.map.helpLarge" : "patient.map.help")}
      </Text>
      <Announcement place={focus?.place ?? null} lesions={placed} />
      <RegionTree
        items={items}
        chosen={focus?.place ?? null}
        onLight={setLit}
        onPlace={show}
        onLesion={onChoose}
      />
    </Stack>
  );
}

/** Says to whoever can't see it which place is shown large, and what is there. */
function Announcement({ place, lesions }: { place: Place | null; lesions: readonly Placed[] }) {
  const { t } = useTranslation();
  const there = lesions.filter((lesion) => lesion.place && place && isSame(lesion.place, place));
  return (
    <VisuallyHidden role="status">
      {place && t("patient.map.shown", { place: placeName(t, place), count: there.length })}
    </VisuallyHidden>
  );
}

function placedOf(lesions: Schemas["Lesion"][], zones?: ReadonlyMap<string, Zone | null>) {
  return lesions.map((lesion, index) => ({
    id: lesion.id,
    number: index + 1,
    name: lesion.label,
    zone: zones?.get(lesion.id) ?? null,
    site: lesion.body_site ?? null,
    place: placeOf(lesion),
    position: lesion.position ?? null,
  }));
}
