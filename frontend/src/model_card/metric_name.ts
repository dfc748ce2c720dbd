import i18next from "i18next";

/** A metric's name in the reader's language; its own name if there is no translation. */
export function metricName(metric: string): string {
  return i18next.t(`admin.models.metrics.${metric}` as "admin.models.metrics.auc", {
    defaultValue: metric.replaceAll("_", " "),
  });
}
