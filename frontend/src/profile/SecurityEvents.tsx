import { Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { byCursor } from "@/api/by_cursor";
import { api, unwrap, type Schemas } from "@/api/client";
import { dayAndTime } from "@/i18n/moments";
import { agentName } from "@/ui/agent";
import { eventName } from "@/ui/event_name";
import { MoreButton } from "@/ui/MoreButton";
import { QueryState } from "@/ui/QueryState";
import { Section } from "@/ui/Section";
import { EmptyState } from "@/ui/States";

export const SECURITY_EVENTS = ["security-events"] as const;
const PAGE_SIZE = 10;

/** The account's security events, page by page. */
export function SecurityEvents() {
  const { t } = useTranslation();
  const events = useInfiniteQuery({
    queryKey: SECURITY_EVENTS,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/users/me/security-events", {
          params: { query: { limit: PAGE_SIZE, cursor: pageParam } },
          signal,
        }),
      ),
    ...byCursor,
  });
  const items = events.data?.pages.flatMap((page) => page.items);
  return (
    <Section title={t("profile.events.title")} text={t("profile.events.text")}>
      <QueryState query={events} />
      {items?.length === 0 && <EmptyState title={t("profile.events.none")} />}
      <Stack component="ol" gap="sm" m={0} p={0}>
        {items?.map((event, index) => (
          <EventRow key={`${event.occurred_at} ${index}`} event={event} />
        ))}
      </Stack>
      <MoreButton list={events} justify="flex-start" />
    </Section>
  );
}

function EventRow({ event }: { event: Schemas["SecurityEvent"] }) {
  return (
    <Stack component="li" gap={0}>
      <Text size="sm" fw={500}>
        {eventName(event.event)}
      </Text>
      <Text size="sm" c="dimmed">
        {agentName(event.agent)} · {event.address} · {dayAndTime(event.occurred_at)}
      </Text>
    </Stack>
  );
}
