import { Kbd, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { Schemas } from "@/api/client";
import { FindingSummary } from "@/findings/FindingSummary";
import { photoAddress } from "@/findings/photo_address";
import { Thumbnail } from "@/findings/Thumbnail";
import { day } from "@/i18n/moments";
import { useKeys } from "@/ui/keys";
import { QueryState } from "@/ui/QueryState";
import { Section } from "@/ui/Section";
import shared from "./Entry.module.css";
import classes from "./First.module.css";
import { useUrgent } from "./queries";

/** As many as have a key, 1 to 9. */
const MOST = 9;

/** What the reader should look at first, with the reason, and a key that opens it. */
export function First() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const urgent = useUrgent();
  const entries = urgent.data?.entries.slice(0, MOST) ?? [];
  useKeys(
    Object.fromEntries(
      entries.map(({ entry }, index) => [
        index + 1,
        () => void navigate(photoAddress(entry.detection)),
      ]),
    ),
  );
  return (
    <Section title={t("dashboard.first.title")} text={t("dashboard.first.text")}>
      <QueryState query={urgent} rows={2} height={76} />
      {urgent.data && entries.length === 0 && <Text size="sm">{t("dashboard.first.none")}</Text>}
      {entries.length > 0 && (
        <ol className={classes.list}>
          {entries.map((one, index) => (
            <li key={one.entry.detection.id}>
              <UrgentPhoto {...one} number={index + 1} />
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

function UrgentPhoto({ entry, urgency, number }: Schemas["UrgentEntry"] & { number: number }) {
  const { t } = useTranslation();
  const { detection, full_name, body_site, lesion_label, due_on } = entry;
  const site = lesion_label || (body_site && t(`patient.sites.${body_site}`));
  const why =
    urgency === "overdue" && due_on
      ? t("dashboard.entry.overdue", { day: day(due_on) })
      : t(`dashboard.first.why.${urgency}`);
  return (
    <Link
      to={photoAddress(detection)}
      className={`${shared.entry} ${classes.photo}`}
      aria-keyshortcuts={String(number)}
    >
      <Thumbnail
        imageId={detection.image_id}
        name={t("dashboard.entry.photo", { name: full_name })}
        size={64}
      />
      <div className={classes.words}>
        <Text size="sm" fw={600} truncate>
          {full_name}
        </Text>
        {site && (
          <Text size="xs" c="dimmed" truncate>
            {site}
          </Text>
        )}
        <Text size="xs" fw={600}>
          {why}
        </Text>
      </div>
      <div className={shared.result}>
        <FindingSummary detection={detection} size="sm" />
      </div>
      <Kbd aria-hidden className={classes.key}>
        {number}
      </Kbd>
    </Link>
  );
}
