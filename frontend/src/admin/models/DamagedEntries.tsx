import { Alert, Button, Group, List, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { ReasonDialog } from "../releases/ReasonDialog";
import { retirementOf } from "./retirement";

/** Entries of the model store that can't be read, each with what is wrong and the way out. */
export function DamagedEntries({ damaged }: { damaged: Schemas["DamagedEntry"][] }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <Alert
      color="red"
      icon={<IconAlertTriangle aria-hidden />}
      title={t("admin.models.shelf.damagedTitle")}
    >
      <Text size="sm">{t("admin.models.shelf.damagedText")}</Text>
      <List size="sm" mt="xs" spacing={4}>
        {damaged.map(({ entry, why }) => (
          <List.Item key={entry}>
            <Group gap="xs">
              <Text size="sm" ff="monospace" style={{ overflowWrap: "anywhere" }}>
                {entry}: {why}
              </Text>
              {retirementOf(entry) && (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={t("admin.models.shelf.retireOf", { entry })}
                  onClick={() => setAsked(entry)}
                >
                  {t("admin.models.shelf.retire")}
                </Button>
              )}
            </Group>
          </List.Item>
        ))}
      </List>
      {asked && <RetireEntry entry={asked} onClose={() => setAsked(null)} />}
    </Alert>
  );
}

function RetireEntry({ entry, onClose }: { entry: string; onClose: () => void }) {
  const { t } = useTranslation();
  const change = (why: string) => {
    const { number, version } = retirementOf(entry) ?? {};
    return number === undefined
      ? unwrap(
          api.POST("/admin/models/{version}/retire", {
            params: { path: { version: version ?? entry } },
            body: { why },
          }),
        )
      : unwrap(
          api.POST("/admin/models/releases/{number}/retire", {
            params: { path: { number } },
            body: { why },
          }),
        );
  };
  return (
    <ReasonDialog
      title={t("admin.models.shelf.retireEntryTitle", { entry })}
      text={t("admin.models.shelf.retireEntryText")}
      submit={t("admin.models.shelf.retire")}
      change={change}
      done={() => t("admin.models.shelf.retiredDone", { version: entry })}
      onClose={onClose}
    />
  );
}
