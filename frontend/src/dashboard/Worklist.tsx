import { Button, Text } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { FindingSummary } from "@/findings/FindingSummary";
import { photoAddress } from "@/findings/photo_address";
import { Thumbnail } from "@/findings/Thumbnail";
import { day } from "@/i18n/moments";
import { Ago } from "@/ui/Ago";
import { MoreButton } from "@/ui/MoreButton";
import { QueryState } from "@/ui/QueryState";
import { Section } from "@/ui/Section";
import { PAGE_SIZE, useWorklist, type List } from "./queries";
import shared from "./Entry.module.css";
import classes from "./Worklist.module.css";

/** Of an entry, less the gap between two placeholders. */
const ROW_PX = 66;

/** One list of the day: each entry leads to its photo. */
export function Worklist({
  list,
  expected = 3,
}: {
  list: List;
  /** How many entries are likely to come, so that the page doesn't jump when they do. */
  expected?: number;
}) {
  const { t } = useTranslation();
  const work = useWorklist(list);
  const entries = work.data?.pages.flatMap(({ items }) => items);
  return (
    <div id={list}>
      <Section
        title={t(`dashboard.lists.${list}`)}
        text={t(`dashboard.lists.${list}Text`)}
        action={
          list !== "pending" && entries && entries.length > 0 ? (
            <Button component={Link} to={`/worklist?list=${list}`} size="xs" variant="default">
              {t("worklist.workThrough")}
            </Button>
          ) : undefined
        }
      >
        <QueryState query={work} rows={Math.min(expected, PAGE_SIZE)} height={ROW_PX} />
        {entries?.length === 0 && (
          <Text size="sm">
            {t(`dashboard.lists.${list}None`)}{" "}
            {list === "recent" && t("dashboard.lists.recentNoneText")}
          </Text>
        )}
        <ul className={classes.list}>
          {entries?.map((entry) => (
            <li key={entry.detection.id}>
              <Entry entry={entry} />
            </li>
          ))}
        </ul>
        <MoreButton list={work} size="xs" justify="flex-start" />
      </Section>
    </div>
  );
}

function Entry({ entry }: { entry: Schemas["WorklistEntry"] }) {
  const { t } = useTranslation();
  const { detection, full_name, record_number, review, due_on } = entry;
  return (
    <Link to={photoAddress(detection)} className={`${shared.entry} ${classes.entry}`}>
      <Thumbnail
        imageId={detection.image_id}
        name={t("dashboard.entry.photo", { name: full_name })}
        size={56}
      />
      <div>
        <Text size="sm" fw={500} truncate>
          {full_name}
        </Text>
        <Text size="sm" c="dimmed">
          {record_number} · {due_on ? dueText(due_on, t) : <Ago at={detection.created_at} />}
        </Text>
        {review && (
          <Text size="sm" c="dimmed">
            {t(`patient.verdicts.${review.verdict}`)}
          </Text>
        )}
      </div>
      <div className={shared.result}>
        <FindingSummary detection={detection} size="sm" />
      </div>
    </Link>
  );
}

/** By when somebody is to be seen again, or since when that is past. */
function dueText(dueOn: string, t: TFunction): string {
  const today = new Date().toLocaleDateString("sv");
  return t(dueOn < today ? "dashboard.entry.overdue" : "dashboard.entry.due", { day: day(dueOn) });
}
