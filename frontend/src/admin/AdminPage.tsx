import { Stack, Tabs, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useSearchParams } from "react-router";
import { useUser } from "@/session/useSession";
import { AuditTab } from "./audit/AuditTab";
import { LogsTab } from "./logs/LogsTab";
import { ModelsTab } from "./models/ModelsTab";
import { ServingTab } from "./serving/ServingTab";
import { UsersTab } from "./users/UsersTab";
import classes from "./AdminPage.module.css";

const TABS = {
  users: UsersTab,
  models: ModelsTab,
  serving: ServingTab,
  logs: LogsTab,
  audit: AuditTab,
} satisfies Record<string, ComponentType>;
type Tab = keyof typeof TABS;

/** The tabs that each role may see; other roles have no business here. */
const TABS_OF: Record<string, Tab[]> = {
  admin: ["users", "models", "serving", "logs", "audit"],
  ml_engineer: ["models", "serving"],
};

/** Accounts, models and the system; the address holds the open tab. */
export default function AdminPage() {
  const { t } = useTranslation();
  useDocumentTitle(`${t("admin.title")} · ${t("shell.name")}`);
  const user = useUser();
  const [address, setAddress] = useSearchParams();
  const tabs = TABS_OF[user.role] ?? [];
  const open = tabs.find((tab) => tab === address.get("tab")) ?? tabs[0];
  if (!open) return <Navigate to="/profile" replace />;
  const Open = TABS[open];
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("admin.title")}
      </Title>
      <Tabs value={open} onChange={(tab) => tab && setAddress({ tab })} keepMounted={false}>
        <Tabs.List aria-label={t("admin.tabs.label")} mb="md" className={classes.tabs}>
          {tabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {t(`admin.tabs.${tab}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={open}>
          <Open />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
