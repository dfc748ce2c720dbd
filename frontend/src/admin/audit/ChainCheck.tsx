import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconAlertTriangle, IconCheck, IconLink } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";

/** Has both chains recomputed and says whether they are intact. */
export function ChainCheck() {
  const { t } = useTranslation();
  const check = useMutation({
    mutationFn: () => unwrap(api.GET("/admin/audit/verify")),
  });
  return (
    <Stack gap="xs">
      <Group>
        <Button
          variant="default"
          leftSection={<IconLink size={18} aria-hidden />}
          loading={check.isPending}
          onClick={() => check.mutate()}
        >
          {t("admin.audit.check")}
        </Button>
        <Text size="sm" c="dimmed" flex="1 1 240px">
          {t("admin.audit.checkText")}
        </Text>
      </Group>
      <div role="status">
        {check.data?.chains.map((chain) => (
          <ChainState key={chain.chain} state={chain} />
        ))}
      </div>
    </Stack>
  );
}

function ChainState({ state }: { state: Schemas["ChainState"] }) {
  const { t } = useTranslation();
  const chain = t(`admin.audit.${state.chain}`);
  return (
    <Alert
      mb="xs"
      color={state.intact ? "teal" : "red"}
      icon={state.intact ? <IconCheck aria-hidden /> : <IconAlertTriangle aria-hidden />}
    >
      {state.intact
        ? t("admin.audit.intact", { chain, count: state.entries })
        : t("admin.audit.broken", { chain, position: state.broken_at })}
    </Alert>
  );
}
