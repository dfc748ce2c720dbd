import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { dayAndTime } from "@/i18n/moments";
import { Facts } from "@/ui/Facts";
import { QueryState } from "@/ui/QueryState";
import { Section } from "@/ui/Section";
import { MODELS } from "../releases/queries";
import { useKnownUsers } from "../users/queries";

/** As `by` names whoever ships with Dermis. */
const SHIPPED = "dermis";

/** The photos that every release is measured on: how many, and who changed them last. */
export function ReferenceCases() {
  const { t } = useTranslation();
  const { nameOf } = useKnownUsers();
  const cases = useQuery({
    queryKey: [...MODELS, "reference cases"],
    queryFn: ({ signal }) => unwrap(api.GET("/admin/reference-cases", { signal })),
  });
  const found = cases.data;
  return (
    <Section title={t("admin.models.reference.title")} text={t("admin.models.reference.text")}>
      <QueryState query={cases} rows={1} />
      {found?.number === null && <Text size="sm">{t("admin.models.reference.none")}</Text>}
      {found?.number != null && (
        <Facts
          facts={[
            { name: t("admin.models.reference.malignant"), value: found.malignant },
            { name: t("admin.models.reference.benign"), value: found.benign },
            { name: t("admin.models.reference.set"), value: found.number },
            {
              name: t("admin.models.reference.changed"),
              value: t("admin.models.reference.changedBy", {
                at: found.at ? dayAndTime(found.at) : "–",
                by:
                  found.by === SHIPPED
                    ? t("admin.models.reference.shipped")
                    : nameOf(found.by ?? ""),
              }),
            },
          ]}
        />
      )}
    </Section>
  );
}
