import { Loader, Text } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, useCallback, useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { ageInYears } from "@/i18n/calendar";
import { day, modelPercent } from "@/i18n/moments";
import { Thumbnail } from "@/findings/Thumbnail";
import { ListHead } from "./ListHead";
import type { Order } from "./patient_order";
import classes from "./PatientList.module.css";

const ROW_PX = 53;
/** Rows before the end at which the next page is asked for: about five screens. */
const AHEAD = 80;

/** Rows of patients; only those near the window are rendered. Arrow keys move between them. */
export function PatientList({
  patients,
  hasMore,
  isLoadingMore,
  order,
  onOrder,
  onMore,
}: {
  patients: Schemas["Patient"][];
  hasMore: boolean;
  isLoadingMore: boolean;
  order: Order;
  /** Undefined where the list has an order of its own. */
  onOrder: ((order: Order) => void) | undefined;
  onMore: () => void;
}) {
  const { t } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  const rows = useWindowVirtualizer({
    count: patients.length,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollMargin: top,
    scrollPaddingStart: 64,
    getItemKey: (index) => patients[index]?.id ?? index,
  });
  const visible = rows.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;

  useEffect(() => {
    if (list.current) setTop(list.current.getBoundingClientRect().top + window.scrollY);
  }, []);
  useEffect(() => {
    if (hasMore && !isLoadingMore && last >= patients.length - AHEAD) onMore();
  }, [hasMore, isLoadingMore, last, patients.length, onMore]);

  const count = patients.length;
  const move = useCallback(
    (event: KeyboardEvent, index: number) => {
      const next = { ArrowDown: index + 1, ArrowUp: index - 1 }[event.key];
      if (next === undefined || next < 0 || next >= count) return;
      event.preventDefault();
      rows.scrollToIndex(next);
      // A row beyond the window exists only after the next frame.
      requestAnimationFrame(() =>
        list.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`)?.focus(),
      );
    },
    [rows, count],
  );

  return (
    <div className={classes.frame}>
      <ListHead order={order} onOrder={onOrder} />
      <ul
        ref={list}
        className={classes.list}
        style={{ height: rows.getTotalSize() }}
        aria-label={t("patients.list")}
        aria-busy={isLoadingMore}
      >
        {visible.map(({ index, key, start }) => {
          const patient = patients[index];
          return patient ? (
            <li
              key={key}
              ref={rows.measureElement}
              data-index={index}
              className={classes.item}
              style={{ transform: `translateY(${start - rows.options.scrollMargin}px)` }}
              aria-posinset={index + 1}
              aria-setsize={hasMore ? -1 : patients.length}
            >
              <Row patient={patient} index={index} onMove={move} />
            </li>
          ) : null;
        })}
      </ul>
      {isLoadingMore && (
        <Text component="div" p="sm" ta="center" role="status">
          <Loader size="xs" aria-label={t("patients.loadingMore")} />
        </Text>
      )}
    </div>
  );
}

/** Memoised, so that scrolling renders no row twice. */
const Row = memo(function Row({
  patient,
  index,
  onMove,
}: {
  patient: Schemas["Patient"];
  index: number;
  onMove: (event: KeyboardEvent, index: number) => void;
}) {
  const { t } = useTranslation();
  return (
    <Link
      to={`/patient/${patient.id}`}
      className={classes.row}
      onKeyDown={(event) => onMove(event, index)}
    >
      <span className={classes.wide}>
        {patient.summary?.last_image_id && (
          <Thumbnail imageId={patient.summary.last_image_id} name="" size={32} />
        )}
      </span>
      <Text className={classes.name} fw={500} truncate>
        {patient.full_name}
      </Text>
      <Text size="sm" ff="monospace" truncate>
        {patient.record_number}
      </Text>
      <Text className={classes.born} size="sm" c="dimmed" truncate>
        {patient.birth_date &&
          `${day(patient.birth_date)} · ${t("patients.age", { count: ageInYears(patient.birth_date) })}`}
      </Text>
      <Text className={`${classes.wide} ${classes.desk}`} size="sm" truncate>
        {patient.summary?.lesions}
      </Text>
      <Text className={`${classes.wide} ${classes.desk}`} size="sm" c="dimmed" truncate>
        {patient.summary?.last_photo_at && day(patient.summary.last_photo_at)}
      </Text>
      <Text className={classes.wide} size="sm" truncate>
        {!!patient.summary?.open_items && t("patients.open", { count: patient.summary.open_items })}
      </Text>
      <Text className={classes.wide} size="sm" truncate>
        {patient.summary?.highest_risk != null && modelPercent(patient.summary.highest_risk)}
      </Text>
      <IconChevronRight className={classes.chevron} size={18} aria-hidden />
    </Link>
  );
});
