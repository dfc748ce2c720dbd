import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { IntervalTable } from "./IntervalTable";
import { metricName } from "./metric_name";

/** One figure over all subgroups, to see whom the model serves less well. */
export function Subgroups({ subgroups }: { subgroups: Schemas["Evaluation"][] }) {
  const { t } = useTranslation();
  const known = [...new Set(subgroups.flatMap(({ metrics }) => Object.keys(metrics)))];
  const [metric, setMetric] = useState(known[0] ?? "");
  return (
    <>
      <NativeSelect
        label={t("admin.models.card.subgroupMetric")}
        value={metric}
        onChange={(event) => setMetric(event.currentTarget.value)}
        data={known.map((value) => ({ value, label: metricName(value) }))}
      />
      <IntervalTable
        label={metricName(metric)}
        first={t("admin.models.card.subgroup")}
        rows={subgroups.flatMap(({ name, images, metrics }) => {
          const found = metrics[metric];
          return found ? [{ name: `${name} (${images})`, metric: found }] : [];
        })}
      />
    </>
  );
}
