import { Avatar, Checkbox, Text, Tooltip, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Thumbnail } from "@/findings/Thumbnail";
import { zoneOf } from "@/findings/zone";
import { ZoneMark } from "@/findings/ZoneMark";
import { ageInYears, today } from "@/i18n/calendar";
import { ago, day, dayAndTime } from "@/i18n/moments";
import type { Entry } from "./order";
import classes from "./QueueList.module.css";

/** One photo of the list: whose, where, since when, and which colleague it waits for. */
export function QueueRow({
  entry,
  isFurther,
  isChosen,
  isSelected,
  nameOf,
  style,
  onChoose,
  onSelect,
}: {
  entry: Entry;
  /** It is of the same lesion as the one above it. */
  isFurther: boolean;
  isChosen: boolean;
  isSelected: boolean;
  /** The name of an account. */
  nameOf: (account: string) => string;
  style: { top: number; height: number };
  onChoose: (isRange: boolean) => void;
  onSelect: () => void;
}) {
  const { t } = useTranslation();
  const colleague = entry.assigned_to ? nameOf(entry.assigned_to) : null;
  return (
    <div
      className={classes.row}
      style={style}
      data-chosen={isChosen || undefined}
      data-further={isFurther || undefined}
    >
      <Checkbox
        size="xs"
        className={classes.check}
        checked={isSelected}
        onChange={onSelect}
        aria-label={t("worklist.select", { name: entry.full_name })}
      />
      <UnstyledButton
        className={classes.photo}
        aria-pressed={isChosen}
        onClick={(event) => onChoose(event.shiftKey)}
      >
        <Shown entry={entry} isFurther={isFurther} colleague={colleague} />
      </UnstyledButton>
    </div>
  );
}

/** What a row says; drawn once, however often rows move up. */
const Shown = memo(function Shown({
  entry,
  isFurther,
  colleague,
}: {
  entry: Entry;
  isFurther: boolean;
  colleague: string | null;
}) {
  const { t } = useTranslation();
  const { detection, full_name, birth_date, body_site, lesion_label, due_on } = entry;
  const zone = zoneOf(detection);
  const age = birth_date ? `, ${ageInYears(birth_date)}` : "";
  const site = body_site ? t(`patient.sites.${body_site}`) : lesion_label;
  const isLate = !!due_on && due_on < today();
  const since = isLate ? t("worklist.late", { day: day(due_on) }) : ago(detection.created_at);
  return (
    <>
      <span className={classes.picture}>
        <Thumbnail imageId={detection.image_id} name="" size={isFurther ? 36 : 44} />
        {zone && (
          <span className={classes.zone}>
            <ZoneMark zone={zone} size={12} />
          </span>
        )}
      </span>
      <span className={classes.words}>
        {!isFurther && (
          <Text component="span" size="sm" fw={500} truncate display="block">
            {full_name}
            {age}
          </Text>
        )}
        <Text
          component="span"
          size="xs"
          c="dimmed"
          truncate
          display="block"
          title={dayAndTime(detection.created_at)}
        >
          {[!isFurther && site, since].filter(Boolean).join(" · ")}
        </Text>
        <VisuallyHidden>
          {[
            isFurther && full_name,
            zone ? t(`finding.zone.${zone}`) : t("worklist.zones.unassessable"),
            colleague && t("worklist.isAssigned", { name: colleague }),
          ]
            .filter(Boolean)
            .join(", ")}
        </VisuallyHidden>
      </span>
      {colleague && (
        <Tooltip label={t("worklist.isAssigned", { name: colleague })}>
          <Avatar size={26} radius="xl" name={colleague} aria-hidden />
        </Tooltip>
      )}
    </>
  );
});
