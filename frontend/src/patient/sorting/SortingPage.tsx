import { Anchor, Button, Group, Kbd, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { IconChevronLeft, IconPlus, IconSend, IconSparkles } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { UploadList } from "@/uploads/UploadList";
import { useKeys } from "@/ui/keys";
import { QueryState } from "@/ui/QueryState";
import { EmptyState } from "@/ui/States";
import { LesionDialog } from "../LesionDialog";
import { useAllImages, useLesions } from "../queries";
import { AddPhotosToSort } from "./AddPhotosToSort";
import { CurrentPhoto } from "./CurrentPhoto";
import { PhotoTile } from "./PhotoTile";
import { SuggestionCard } from "./SuggestionCard";
import { suggestionsFor, type Suggestion } from "./suggestions";
import { DRAGGED, TargetButton } from "./TargetButton";
import { targetsOf, type Target } from "./targets";
import { useAlike } from "./useAlike";
import { useSorting } from "./useSorting";
import classes from "./SortingPage.module.css";

/** Several photos at once, sorted onto a patient's lesions. */
export function SortingPage({ patient }: { patient: Schemas["Patient"] }) {
  const { t } = useTranslation();
  const lesions = useLesions(patient.id);
  const images = useAllImages(patient.id);
  return (
    <Stack className={classes.page}>
      <div>
        <Anchor component={Link} to={`/patient/${patient.id}`} className={classes.back}>
          <IconChevronLeft size={18} aria-hidden />
          {patient.full_name}
        </Anchor>
        <Title order={1} size="h2">
          {t("sorting.title")}
        </Title>
      </div>
      {lesions.data && images.data ? (
        <Sorting patient={patient} lesions={lesions.data} images={images.data} />
      ) : (
        <QueryState query={lesions.data ? images : lesions} rows={3} height={96} />
      )}
    </Stack>
  );
}

function Sorting({
  patient,
  lesions,
  images,
}: {
  patient: Schemas["Patient"];
  lesions: Schemas["Lesion"][];
  images: Schemas["Image"][];
}) {
  const { t } = useTranslation();
  const { photos, sent, current, choose, step, put, ready, send } = useSorting(patient.id);
  const targets = targetsOf(lesions);
  const newest = newestOf(images);
  const known = lesions.flatMap(({ id }) => {
    const imageId = newest.get(id);
    return imageId ? [{ lesionId: id, imageId }] : [];
  });
  const { alike, isLooking } = useAlike(photos, known);
  const suggestions = suggestionsFor(photos, alike);
  const [isAdding, setIsAdding] = useState(false);
  const [said, setSaid] = useState("");
  const nameOf = (target: Target | undefined) => {
    if (!target?.lesion) return t("patient.photos.unsorted");
    return `${target.number}. ${target.lesion.label || t("patient.lesion.unnamed")}`;
  };
  const putAt = (id: string, choice: string) => {
    const name = photos.find((photo) => photo.id === id)?.name ?? "";
    const place = nameOf(targets.find((target) => target.id === choice));
    setSaid(t("sorting.put", { name, place }));
    put(id, choice);
  };
  const putCurrent = (choice: string | undefined) => {
    if (current && choice) putAt(current.id, choice);
  };
  const acceptAll = (all: Map<string, Suggestion>) => {
    for (const [id, { lesionId }] of all) put(id, lesionId);
    setSaid(t("sorting.acceptedAll", { count: all.size }));
  };
  useKeys(
    {
      ArrowRight: () => step(1),
      ArrowDown: () => step(1),
      ArrowLeft: () => step(-1),
      ArrowUp: () => step(-1),
      ...Object.fromEntries(
        targets.flatMap(({ key, id }) => (key ? [[key, () => putCurrent(id)]] : [])),
      ),
      s: () => putCurrent(current && suggestions.get(current.id)?.lesionId),
      n: () => setIsAdding(true),
      Backspace: () => current && put(current.id, null),
    },
    current !== undefined,
  );
  if (!current) {
    return (
      <Stack>
        <UploadList uploads={sent} />
        <EmptyState
          title={t(sent.length > 0 ? "sorting.allSent" : "sorting.none")}
          text={t("sorting.noneText")}
        />
        <Group justify="center">
          <AddPhotosToSort patientId={patient.id} />
          <Button component={Link} to={`/patient/${patient.id}`} variant="default" mih={44}>
            {t("sorting.toPatient")}
          </Button>
        </Group>
      </Stack>
    );
  }
  const suggestion = suggestions.get(current.id);
  return (
    <>
      <div className={classes.columns}>
        <section className={classes.photos} aria-label={t("sorting.photos")}>
          <ul className={classes.tiles}>
            {photos.map((photo) => (
              <li key={photo.id}>
                <PhotoTile
                  photo={photo}
                  isCurrent={photo.id === current.id}
                  place={
                    photo.choice ? nameOf(targets.find(({ id }) => id === photo.choice)) : null
                  }
                  mark={targets.find(({ id }) => id === photo.choice)?.number ?? null}
                  isSuggested={suggestions.has(photo.id)}
                  onChoose={() => choose(photo.id)}
                  onDragStart={(event) => event.dataTransfer.setData(DRAGGED, photo.id)}
                />
              </li>
            ))}
          </ul>
          <CurrentPhoto
            photo={current}
            place={current.choice ? nameOf(targets.find(({ id }) => id === current.choice)) : null}
            onTakeBack={() => put(current.id, null)}
          />
        </section>
        <section className={classes.targets} aria-labelledby="sorting-targets">
          <Group justify="space-between">
            <Title order={2} size="h5" id="sorting-targets">
              {t("sorting.where")}
            </Title>
            {suggestions.size > 1 && (
              <Button
                variant="light"
                mih={44}
                leftSection={<IconSparkles size={16} aria-hidden />}
                onClick={() => acceptAll(suggestions)}
              >
                {t("sorting.acceptAll", { count: suggestions.size })}
              </Button>
            )}
          </Group>
          {suggestion && (
            <SuggestionCard
              suggestion={suggestion}
              place={nameOf(targets.find(({ id }) => id === suggestion.lesionId))}
              onAccept={() => putAt(current.id, suggestion.lesionId)}
            />
          )}
          {!suggestion && isLooking && current.choice === null && (
            <Text size="sm" c="dimmed" role="status">
              {t("sorting.looking")}
            </Text>
          )}
          <ul className={classes.places}>
            {targets.map((target) => (
              <li key={target.id}>
                <TargetButton
                  target={target}
                  name={nameOf(target)}
                  imageId={newest.get(target.id)}
                  count={photos.filter(({ choice }) => choice === target.id).length}
                  isChosen={current.choice === target.id}
                  onPut={() => putAt(current.id, target.id)}
                  onDrop={(id) => putAt(id, target.id)}
                />
              </li>
            ))}
            <li>
              <button type="button" className={classes.target} onClick={() => setIsAdding(true)}>
                <span className={classes.icon}>
                  <IconPlus size={22} aria-hidden />
                </span>
                <Text component="span" size="sm" fw={500} className={classes.words}>
                  {t("sorting.newLesion")}
                </Text>
                <Kbd aria-hidden>N</Kbd>
              </button>
            </li>
          </ul>
        </section>
      </div>
      <div className={classes.bar}>
        <Text size="sm" role="status">
          {t("sorting.left", { count: photos.length - ready.length })}
        </Text>
        <Button
          size="md"
          mih={44}
          disabled={ready.length === 0}
          leftSection={<IconSend size={18} aria-hidden />}
          onClick={send}
        >
          {t("sorting.send", { count: ready.length })}
        </Button>
      </div>
      <UploadList uploads={sent} />
      <VisuallyHidden role="status">{said}</VisuallyHidden>
      {isAdding && (
        <LesionDialog
          patientId={patient.id}
          spot={{ place: null }}
          onClose={() => setIsAdding(false)}
          onSaved={({ id }) => {
            setIsAdding(false);
            put(current.id, id);
          }}
        />
      )}
    </>
  );
}

/** The newest photo of each lesion; the photos come newest first. */
function newestOf(images: Schemas["Image"][]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { id, lesion_id } of images) {
    if (lesion_id && !found.has(lesion_id)) found.set(lesion_id, id);
  }
  return found;
}
