import { ActionIcon, Anchor, Button, Group, Stack, Text, Tooltip } from "@mantine/core";
import { IconMapPin, IconPinnedOff } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ZoneMark } from "@/findings/ZoneMark";
import { siteName } from "../body/place_names";
import type { LesionFacts } from "../lesion_facts";
import classes from "./Overviews.module.css";

/** Every lesion of the patient, those that are on the photo first: to place, open or take off. */
export function PinList({
  facts,
  pinned,
  chosen,
  placing,
  isReadOnly,
  onPlacing,
  onRemove,
}: {
  facts: readonly LesionFacts[];
  pinned: ReadonlySet<string>;
  chosen: string | null;
  placing: string | null;
  isReadOnly: boolean;
  onPlacing: (lesionId: string | null) => void;
  onRemove: (lesionId: string) => void;
}) {
  const { t } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[data-chosen]")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const inOrder = [...facts].sort(
    (one, other) => Number(pinned.has(other.lesion.id)) - Number(pinned.has(one.lesion.id)),
  );
  return (
    <ul ref={list} className={classes.lesions} aria-label={t("overviews.lesions")}>
      {inOrder.map(({ lesion, number, zone }) => {
        const name = `${number}. ${lesion.label || t("patient.lesion.unnamed")}`;
        const isPinned = pinned.has(lesion.id);
        return (
          <Group
            key={lesion.id}
            component="li"
            wrap="nowrap"
            gap="xs"
            className={classes.row}
            data-chosen={chosen === lesion.id || undefined}
          >
            {zone && <ZoneMark zone={zone} />}
            <Stack gap={0} flex={1} miw={0}>
              <Anchor size="sm" component={Link} to={`?lesion=${lesion.id}`} lineClamp={2}>
                {name}
              </Anchor>
              <Text size="xs" c="dimmed" truncate>
                {siteName(t, lesion)}
              </Text>
            </Stack>
            {!isReadOnly && isPinned && (
              <Tooltip label={t("overviews.remove")}>
                <ActionIcon
                  size={44}
                  variant="subtle"
                  color="gray"
                  aria-label={t("overviews.removeOf", { name })}
                  onClick={() => onRemove(lesion.id)}
                >
                  <IconPinnedOff size={18} aria-hidden />
                </ActionIcon>
              </Tooltip>
            )}
            {!isReadOnly && !isPinned && (
              <Button
                size="sm"
                variant={placing === lesion.id ? "filled" : "default"}
                leftSection={<IconMapPin size={16} aria-hidden />}
                aria-label={t("overviews.placeOf", { name })}
                aria-pressed={placing === lesion.id}
                onClick={() => onPlacing(placing === lesion.id ? null : lesion.id)}
              >
                {t("overviews.place")}
              </Button>
            )}
          </Group>
        );
      })}
    </ul>
  );
}
