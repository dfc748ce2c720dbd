import { Group, NativeSelect, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Navigate, useSearchParams } from "react-router";
import type { Schemas } from "@/api/client";
import { useUser } from "@/session/useSession";
import { Breadcrumb } from "@/ui/Breadcrumb";
import { QueryState } from "@/ui/QueryState";
import { EmptyState } from "@/ui/States";
import { useModels } from "../releases/queries";
import { Comparison } from "./Comparison";
import { chosen } from "./chosen";
import { useComparison } from "./queries";

/** Two versions side by side; the address holds which. */
export default function ComparePage() {
  const { t } = useTranslation();
  const title = t("comparison.title");
  useDocumentTitle(`${title} · ${t("shell.name")}`);
  const user = useUser();
  const models = useModels();
  if (user.role === "clinician") return <Navigate to="/profile" replace />;
  return (
    <Stack>
      <Stack gap={4}>
        <Breadcrumb
          pages={[
            { to: "/admin", name: t("shell.menu.admin") },
            { to: "/admin?tab=models", name: t("admin.tabs.models") },
          ]}
        />
        <Title order={1} size="h2">
          {title}
        </Title>
      </Stack>
      <QueryState query={models} rows={4} />
      {models.data && models.data.versions.length < 2 && (
        <EmptyState title={t("comparison.onlyOne")} text={t("comparison.onlyOneText")} />
      )}
      {models.data && models.data.versions.length > 1 && <Choice versions={models.data.versions} />}
    </Stack>
  );
}

function Choice({ versions }: { versions: Schemas["ModelVersion"][] }) {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const [first, second] = chosen(versions, address.get("first"), address.get("second"));
  const found = useComparison(first, second);
  const others = (left: string) =>
    versions
      .filter(({ version }) => version !== left)
      .map(({ version, desired }) => ({
        value: version,
        label: desired ? t("comparison.live", { version }) : version,
      }));
  return (
    <>
      <Group grow maw={480} align="flex-start" preventGrowOverflow={false}>
        <NativeSelect
          label={t("comparison.first")}
          value={first}
          data={others(second)}
          onChange={(event) =>
            setAddress({ first: event.currentTarget.value, second }, { replace: true })
          }
        />
        <NativeSelect
          label={t("comparison.second")}
          value={second}
          data={others(first)}
          onChange={(event) =>
            setAddress({ first, second: event.currentTarget.value }, { replace: true })
          }
        />
      </Group>
      <Text size="sm" c="dimmed">
        {t("comparison.text")}
      </Text>
      <QueryState query={found} rows={6} />
      {found.data && <Comparison found={found.data} />}
    </>
  );
}
