import i18next from "i18next";

/** A figure in the reader's language; its own name where there is no translation. */
export function metricName(metric: string): string {
  return i18next.t(`admin.models.metrics.${metric}` as "admin.models.metrics.auc", {
    defaultValue: metric.replaceAll("_", " "),
  });
}
