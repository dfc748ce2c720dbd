import {
  Anchor,
  Chip,
  Group,
  NativeSelect,
  Stack,
  Text,
  Timeline as MantineTimeline,
} from "@mantine/core";
import {
  IconHistory,
  IconMessage,
  IconPhoto,
  IconStethoscope,
  IconUserEdit,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { Schemas } from "@/api/client";
import { FindingSummary } from "@/findings/FindingSummary";
import { photoAddress } from "@/findings/photo_address";
import { dayAndTime } from "@/i18n/moments";
import { MoreButton } from "@/ui/MoreButton";
import { QueryState } from "@/ui/QueryState";
import { EmptyState } from "@/ui/States";
import { changeName, fieldNames } from "./change_name";
import { overviewName } from "./overviews/regions";
import { NoteForm } from "./NoteForm";
import { Thumbnail } from "@/findings/Thumbnail";
import { useAuthorName } from "./useAuthorName";
import { VerdictList } from "./VerdictList";
import { useLesions, useTimeline, type TimelineKind } from "./queries";

type Entry = Schemas["TimelinePage"]["items"][number];

const KINDS: readonly TimelineKind[] = ["image", "detection", "review", "note", "change"];
const ICONS = {
  image: IconPhoto,
  detection: IconHistory,
  review: IconStethoscope,
  note: IconMessage,
  change: IconUserEdit,
};

/** Everything that has happened to a patient, the newest first. */
export function Timeline({ patientId }: { patientId: string }) {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const kinds = KINDS.filter((kind) => address.getAll("kind").includes(kind));
  const lesionId = address.get("of") ?? "";
  const change = (name: string, values: readonly string[]) =>
    setAddress(
      (now) => {
        now.delete(name);
        for (const value of values) if (value) now.append(name, value);
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  const lesions = useLesions(patientId).data ?? [];
  const timeline = useTimeline(patientId, { kinds, lesionId });
  return (
    <Stack>
      <NoteForm patientId={patientId} />
      <Group justify="space-between" align="flex-end">
        <Chip.Group multiple value={kinds} onChange={(values) => change("kind", values)}>
          <Group gap="xs" role="group" aria-label={t("patient.timeline.kinds")}>
            {KINDS.map((kind) => (
              <Chip key={kind} value={kind} size="xs">
                {t(`patient.timeline.kind.${kind}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <NativeSelect
          size="xs"
          label={t("patient.timeline.lesion")}
          value={lesionId}
          onChange={(event) => change("of", [event.currentTarget.value])}
          data={[
            { value: "", label: t("patient.timeline.all") },
            ...lesions.map((lesion, index) => ({
              value: lesion.id,
              label: `${index + 1} ${lesion.label || t("patient.lesion.unnamed")}`,
            })),
          ]}
        />
      </Group>
      <QueryState query={timeline} />
      {timeline.data?.length === 0 && <EmptyState title={t("patient.timeline.none")} />}
      {timeline.data && timeline.data.length > 0 && (
        <MantineTimeline bulletSize={28} lineWidth={2}>
          {timeline.data.map((entry) => {
            const Icon = ICONS[entry.kind];
            return (
              <MantineTimeline.Item
                key={`${entry.kind} ${idOf(entry)}`}
                bullet={<Icon size={16} aria-hidden />}
                title={
                  entry.kind === "change"
                    ? changeName(entry.change)
                    : t(`patient.timeline.title.${entry.kind}`)
                }
              >
                <EntryDetails entry={entry} />
              </MantineTimeline.Item>
            );
          })}
        </MantineTimeline>
      )}
      <MoreButton list={timeline} />
    </Stack>
  );
}

function EntryDetails({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const nameOf = useAuthorName();
  const at = dayAndTime(entry.at);
  switch (entry.kind) {
    case "image":
      return (
        <Group gap="sm">
          <Link to={addressOf(entry.image)}>
            <Thumbnail imageId={entry.image.id} name={t("patient.photos.name", { at })} size={64} />
          </Link>
          <Meta>
            {[entry.image.overview && overviewName(t, entry.image.overview), at]
              .filter(Boolean)
              .join(" · ")}
          </Meta>
        </Group>
      );
    case "detection": {
      const { model } = entry.detection;
      return (
        <Stack gap={4} align="flex-start">
          <Group gap="xs">
            <FindingSummary detection={entry.detection} />
            <Anchor component={Link} size="sm" to={photoAddress(entry.detection)}>
              {t("patient.timeline.look")}
            </Anchor>
          </Group>
          <Meta>
            {at}
            {model && ` · ${model.name} ${model.version}`}
          </Meta>
        </Stack>
      );
    }
    case "review":
      return <VerdictList reviews={[entry.review]} />;
    case "note":
      return <Statement text={entry.note.text} by={nameOf(entry.note.author_id)} at={at} />;
    case "change":
      return (
        <Statement text={fieldNames(entry.change)} by={nameOf(entry.change.author_id)} at={at} />
      );
  }
}

function Statement({
  text,
  by,
  at,
  children,
}: {
  text: string;
  by: string;
  at: string;
  children?: string;
}) {
  return (
    <div>
      {children && <Text size="sm">{children}</Text>}
      {text && (
        <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {text}
        </Text>
      )}
      <Meta>
        {by} · {at}
      </Meta>
    </div>
  );
}

function Meta({ children }: { children: React.ReactNode }) {
  return (
    <Text size="xs" c="dimmed">
      {children}
    </Text>
  );
}

function addressOf(image: Schemas["Image"]): string {
  if (image.overview) return `/patient/${image.patient_id}?overview=${image.id}`;
  return photoAddress({ ...image, image_id: image.id });
}

function idOf(entry: Entry): string {
  switch (entry.kind) {
    case "image":
      return entry.image.id;
    case "detection":
      return entry.detection.id;
    case "review":
      return entry.review.id;
    case "note":
      return entry.note.id;
    case "change":
      return entry.change.id;
  }
}
