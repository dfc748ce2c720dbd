import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconDeviceDesktop, IconDeviceMobile } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { dayAndTime } from "@/i18n/moments";
import { Ago } from "@/ui/Ago";
import { agentName, isMobile } from "@/ui/agent";
import { confirm } from "@/ui/confirm";
import { showDone } from "@/ui/notices";
import { QueryState } from "@/ui/QueryState";
import { Section } from "@/ui/Section";

export const SESSIONS = ["sessions"] as const;

/** Every browser that is signed in to this account. */
export function Sessions() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const sessions = useQuery({
    queryKey: SESSIONS,
    queryFn: ({ signal }) => unwrap(api.GET("/users/me/sessions", { signal })),
  });
  const endOthers = useMutation({
    mutationFn: () => unwrap(api.DELETE("/users/me/sessions")),
    onSuccess: ({ ended }) => showDone(t("profile.sessions.endedOthers", { count: ended })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: SESSIONS }),
  });
  const items = sessions.data?.items;
  const hasOthers = items?.some(({ current }) => !current);
  return (
    <Section
      title={t("profile.sessions.title")}
      text={hasOthers === false ? t("profile.sessions.only") : t("profile.sessions.text")}
      action={
        hasOthers && (
          <Button
            size="xs"
            variant="default"
            loading={endOthers.isPending}
            onClick={() =>
              confirm({
                title: t("profile.sessions.endOthersTitle"),
                text: t("profile.sessions.endOthersText"),
                action: t("profile.sessions.endOthers"),
                onConfirm: () => endOthers.mutate(),
              })
            }
          >
            {t("profile.sessions.endOthers")}
          </Button>
        )
      }
    >
      <QueryState query={sessions} rows={2} />
      <Stack component="ul" gap="md" m={0} p={0}>
        {items?.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </Stack>
    </Section>
  );
}

function SessionRow({ session }: { session: Schemas["Session"] }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const end = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/users/me/sessions/{session_id}", {
          params: { path: { session_id: session.id } },
        }),
      ),
    onSuccess: () => showDone(t("profile.sessions.ended")),
    onSettled: () => queryClient.invalidateQueries({ queryKey: SESSIONS }),
  });
  const agent = agentName(session.agent);
  const Device = isMobile(session.agent) ? IconDeviceMobile : IconDeviceDesktop;
  return (
    <Group component="li" wrap="nowrap" align="flex-start">
      <Device size={24} aria-hidden />
      <Stack gap={2} flex={1} miw={0}>
        <Group gap="xs">
          <Text fw={500}>{agent}</Text>
          {session.current && (
            <Badge variant="light" tt="none">
              {t("profile.sessions.current")}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {session.address} ·{" "}
          <Ago
            at={session.last_used_at}
            in={(time) => t("profile.sessions.lastUsed", { ago: time })}
          />
        </Text>
        <Text size="sm" c="dimmed">
          {t("profile.sessions.since", { when: dayAndTime(session.created_at) })}
        </Text>
      </Stack>
      {!session.current && (
        <Button
          size="xs"
          variant="default"
          aria-label={t("profile.sessions.endOf", { agent })}
          loading={end.isPending}
          onClick={() => end.mutate()}
        >
          {t("profile.sessions.end")}
        </Button>
      )}
    </Group>
  );
}
