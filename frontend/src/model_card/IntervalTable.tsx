import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { figure, place, scaleEnd } from "./scale";
import classes from "./IntervalTable.module.css";

type Metric = Schemas["Metric"];

/** Figures with their intervals, in words and drawn on one scale; the drawing adds nothing else. */
export function IntervalTable({
  label,
  first,
  rows,
}: {
  label: string;
  /** Name of the first column. */
  first: string;
  rows: { name: string; metric: Metric }[];
}) {
  const { t } = useTranslation();
  const end = scaleEnd(rows.map(({ metric }) => metric));
  return (
    <table className={classes.table} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{first}</th>
          <th scope="col">{t("admin.models.card.value")}</th>
          <th scope="col">{t("admin.models.card.interval")}</th>
          <td className={classes.plot} />
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, metric }) => (
          <tr key={name}>
            <td>{name}</td>
            <td className={classes.number}>{figure(metric.value)}</td>
            <td className={classes.number}>
              {figure(metric.low)} – {figure(metric.high)}
            </td>
            <td className={classes.plot}>
              <Interval metric={metric} end={end} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Interval({ metric, end }: { metric: Metric; end: number }) {
  const at = (value: number) => `${place(value, end)}%`;
  return (
    <svg aria-hidden>
      <line className={classes.axis} x1="0" x2="100%" y1="8" y2="8" />
      <line className={classes.interval} x1={at(metric.low)} x2={at(metric.high)} y1="8" y2="8" />
      <line className={classes.value} x1={at(metric.value)} x2={at(metric.value)} y1="1" y2="15" />
    </svg>
  );
}
