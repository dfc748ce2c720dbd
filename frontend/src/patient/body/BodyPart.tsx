import { Button, Group, Text } from "@mantine/core";
import { IconPlus, IconZoomOut } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { BodyView, type Actions } from "./BodyView";
import type { Place } from "./drawing";
import { placeName, type Focus } from "./place_names";
import { middleOfPlace, placeAt, type BodyPosition } from "./views";

/** Where a new lesion is to be: a place, and a spot where a drawing shows it. */
export interface Spot {
  place: Place | null;
  position?: BodyPosition;
}

/** A part of the body shown large; a press there adds a lesion. */
export function BodyPart({
  focus,
  onAdd,
  onClose,
  ...shared
}: Actions & { focus: Focus; onAdd: (spot: Spot) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const { place } = focus;
  return (
    <>
      <Group justify="space-between" gap="xs">
        <Button
          variant="default"
          size="sm"
          leftSection={<IconZoomOut size={16} aria-hidden />}
          onClick={onClose}
        >
          {t("patient.map.whole")}
        </Button>
        {place && (
          <Button
            variant="light"
            size="sm"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => onAdd({ place, position: middleOfPlace(place) })}
          >
            {t("patient.map.addHere")}
          </Button>
        )}
      </Group>
      {place && (
        <Text fw={600} ta="center">
          {placeName(t, place)}
        </Text>
      )}
      <BodyView
        {...shared}
        focus={focus}
        isLarge
        onPress={(position) => onAdd({ place: placeAt(position), position })}
      />
    </>
  );
}
