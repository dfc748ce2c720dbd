import { Badge, Group, Stack, Text } from "@mantine/core";
import { IconCalendarDue, IconPhoto, IconSparkles, IconStethoscope } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { takenText } from "@/findings/taken";
import { Thumbnail } from "@/findings/Thumbnail";
import { ZoneBadge } from "@/findings/ZoneBadge";
import { day, modelPercent } from "@/i18n/moments";
import { siteName } from "./body/place_names";
import type { LesionFacts } from "./lesion_facts";
import { Course } from "./Course";
import classes from "./LesionCard.module.css";

/** A lesion at a glance: where, how it looks now, how it went, what was said, and what is next. */
export function LesionCard({ facts, to }: { facts: LesionFacts; to: string }) {
  const { t } = useTranslation();
  const { lesion, number, newest, zone, course, verdict, dueOn, isNew } = facts;
  const share = course.at(-1);
  return (
    <Link to={to} className={classes.card}>
      {newest ? (
        <Thumbnail imageId={newest.id} name="" size={104} />
      ) : (
        <span className={classes.empty}>
          <IconPhoto size={32} aria-hidden />
        </span>
      )}
      <Stack gap={4} miw={0} flex={1}>
        <Group gap={6} wrap="nowrap" align="flex-start">
          <Text fw={600} className={classes.label} lineClamp={2}>
            {number}. {lesion.label || t("patient.lesion.unnamed")}
          </Text>
          {isNew && (
            <Badge
              size="sm"
              tt="none"
              variant="light"
              ml="auto"
              leftSection={<IconSparkles size={12} aria-hidden />}
              className={classes.new}
            >
              {t("patient.overview.new")}
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {[
            siteName(t, lesion),
            lesion.status !== "observed" && t(`patient.statuses.${lesion.status}`),
            t("patient.lesion.photos", { count: lesion.image_count ?? 0 }),
            newest && takenText(newest, day),
          ]
            .filter(Boolean)
            .join(" · ")}
        </Text>
        {zone && (
          <Group gap="xs">
            <ZoneBadge zone={zone} size="sm" />
            {share !== undefined && <Text size="sm">{modelPercent(share)}</Text>}
            <Course course={course} />
          </Group>
        )}
        {verdict && (
          <Text size="xs" className={classes.line}>
            <IconStethoscope size={14} aria-hidden />
            {t(`patient.verdicts.${verdict.verdict}`)} · {day(verdict.created_at)}
          </Text>
        )}
        {dueOn && (
          <Text size="xs" fw={500} className={classes.line}>
            <IconCalendarDue size={14} aria-hidden />
            {t(isPast(dueOn) ? "dashboard.entry.overdue" : "patient.review.monitoredUntil", {
              day: day(dueOn),
            })}
          </Text>
        )}
      </Stack>
    </Link>
  );
}

const isPast = (dueOn: string) => dueOn < new Date().toLocaleDateString("sv");
