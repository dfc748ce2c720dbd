import {
  Button,
  Card,
  Collapse,
  Group,
  NativeSelect,
  Stack,
  Text,
  VisuallyHidden,
} from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconMan, IconInbox, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { Schemas } from "@/api/client";
import { QueryState } from "@/ui/QueryState";
import { EmptyState } from "@/ui/States";
import { BodyMap } from "./body/BodyMap";
import type { Spot } from "./body/BodyPart";
import { useMovePin } from "./body/useMovePin";
import { LesionCard } from "./LesionCard";
import { LesionDialog } from "./LesionDialog";
import {
  factsOf,
  FILTERS,
  inOrder,
  isWanted,
  ORDERS,
  type Filter,
  type Order,
} from "./lesion_facts";
import { marksOf, useFindings } from "./marks";
import { Overviews } from "./overviews/Overviews";
import { PhotosInError } from "./PhotosInError";
import { AddPhotosToSort } from "./sorting/AddPhotosToSort";
import { useAddress } from "./useAddress";
import { useAllImages, useLesions } from "./queries";
import classes from "./LesionsTab.module.css";

/** All lesions of a patient, each on a card, with the map beside them. */
export function LesionsTab({ patient }: { patient: Schemas["Patient"] }) {
  const { t } = useTranslation();
  const patientId = patient.id;
  const { chooseShelf, place } = useAddress();
  const lesions = useLesions(patientId);
  const images = useAllImages(patientId);
  const findings = useFindings(patientId, null);
  const [adding, setAdding] = useState<Spot | null>(null);
  const isWide = useMediaQuery("(min-width: 62em)", true, { getInitialValueInEffect: false });
  const [isMapOpen, map] = useDisclosure(place !== null);
  const move = useMovePin(patientId);
  const { filter, order, change } = useView();

  if (!lesions.data || !images.data || !findings.data) {
    const waiting = [lesions, images, findings].find(({ data }) => data === undefined);
    return <QueryState query={waiting ?? lesions} rows={3} height={130} />;
  }
  const all = factsOf(lesions.data, images.data, marksOf(findings.data));
  const shown = inOrder(all, order).filter((facts) => isWanted(facts, filter));
  const unsorted = images.data.filter(({ lesion_id, overview }) => !lesion_id && !overview).length;
  const choose = (lesionId: string) => chooseShelf({ lesionId });
  const bodyMap = (
    <BodyMap
      lesions={lesions.data}
      zones={new Map(all.map(({ lesion, zone }) => [lesion.id, zone]))}
      birthDate={patient.birth_date}
      onChoose={choose}
      onAdd={setAdding}
      onMove={(id, position) => {
        const lesion = lesions.data.find((one) => one.id === id);
        if (lesion) move.mutate({ lesion, position });
      }}
    />
  );
  const others = (
    <>
      <Overviews patient={patient} facts={all} />
      <PhotosInError patientId={patientId} />
    </>
  );
  return (
    <div className={classes.overview}>
      <Stack className={classes.aside}>
        {isWide ? (
          <Card withBorder>{bodyMap}</Card>
        ) : (
          <>
            <Button
              variant="default"
              aria-expanded={isMapOpen}
              leftSection={<IconMan size={18} aria-hidden />}
              onClick={map.toggle}
            >
              {t("patient.overview.map")}
            </Button>
            <Collapse expanded={isMapOpen}>{bodyMap}</Collapse>
          </>
        )}
        {isWide && others}
      </Stack>
      <Stack className={classes.lesions}>
        <Group justify="space-between" align="flex-end" gap="sm">
          <Group gap="xs" align="flex-end" wrap="nowrap" className={classes.view}>
            <NativeSelect
              size="sm"
              label={t("patient.overview.show")}
              value={filter}
              onChange={(event) => change({ show: event.currentTarget.value })}
              data={FILTERS.map((value) => ({
                value,
                label: t("patient.overview.counted", {
                  what: t(`patient.overview.filters.${value}`),
                  count: all.filter((facts) => isWanted(facts, value)).length,
                }),
              }))}
            />
            <NativeSelect
              size="sm"
              label={t("patient.overview.order")}
              value={order}
              onChange={(event) => change({ order: event.currentTarget.value })}
              data={ORDERS.map((value) => ({
                value,
                label: t(`patient.overview.orders.${value}`),
              }))}
            />
          </Group>
          <Group gap="xs">
            {!patient.archived_at && <AddPhotosToSort patientId={patientId} />}
            <Button
              component={Link}
              to="?lesion=unsorted"
              variant="default"
              leftSection={<IconInbox size={18} aria-hidden />}
            >
              {t("patient.photos.unsorted")}
              {unsorted > 0 && ` (${unsorted})`}
            </Button>
            <Button
              leftSection={<IconPlus size={18} aria-hidden />}
              onClick={() => setAdding({ place: null })}
            >
              {t("patient.lesion.add")}
            </Button>
          </Group>
        </Group>
        {all.length === 0 && (
          <EmptyState title={t("patient.overview.none")} text={t("patient.choose.text")} />
        )}
        <VisuallyHidden role="status">
          {filter !== "all" && t("patient.overview.shown", { count: shown.length })}
        </VisuallyHidden>
        {all.length > 0 && shown.length === 0 && <Text>{t("patient.overview.noneShown")}</Text>}
        <ul className={classes.cards} aria-label={t("patient.overview.title")}>
          {shown.map((facts) => (
            <li key={facts.lesion.id}>
              <LesionCard facts={facts} to={`?lesion=${facts.lesion.id}`} />
            </li>
          ))}
        </ul>
        {/* A phone shows the lesions first. */}
        {!isWide && others}
      </Stack>
      {adding && (
        <LesionDialog
          patientId={patientId}
          spot={adding}
          onClose={() => setAdding(null)}
          onSaved={(lesion) => {
            setAdding(null);
            choose(lesion.id);
          }}
        />
      )}
    </div>
  );
}

/** Filter and order, kept in the address. */
function useView() {
  const [search, setSearch] = useSearchParams();
  const of = <Value extends string>(name: string, known: readonly Value[], first: Value): Value =>
    known.find((value) => value === search.get(name)) ?? first;
  return {
    filter: of<Filter>("show", FILTERS, "all"),
    order: of<Order>("order", ORDERS, "number"),
    change: (part: Record<string, string>) =>
      setSearch((before) => new URLSearchParams({ ...Object.fromEntries(before), ...part }), {
        replace: true,
        preventScrollReset: true,
      }),
  };
}
