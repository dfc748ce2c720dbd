import { Button, Group, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, told, type Schemas } from "@/api/client";
import { dayAndTime } from "@/i18n/moments";
import { eventName } from "@/ui/event_name";
import { Section } from "@/ui/Section";
import { EmptyState, ErrorState, LoadingRows } from "@/ui/States";
import { agentName } from "@/ui/agent";

export const SECURITY_EVENTS = ["security-events"] as const;
const PAGE_SIZE = 10;

/** What happened to the account's security, a page at a time. */
export function SecurityEvents() {
  const { t } = useTranslation();
  const events = useInfiniteQuery({
    queryKey: SECURITY_EVENTS,
    queryFn: ({ pageParam, signal }) =>
      told(
        api.GET("/users/me/security-events", {
          params: { query: { limit: PAGE_SIZE, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
  const items = events.data?.pages.flatMap((page) => page.items);
  return (
    <Section title={t("profile.events.title")} text={t("profile.events.text")}>
      {events.isPending && <LoadingRows />}
      {!items && events.error && (
        <ErrorState error={events.error} onRetry={() => void events.refetch()} />
      )}
      {items?.length === 0 && <EmptyState title={t("profile.events.none")} />}
      <Stack component="ol" gap="sm" m={0} p={0}>
        {items?.map((event, index) => (
          <EventRow key={`${event.occurred_at} ${index}`} event={event} />
        ))}
      </Stack>
      {events.hasNextPage && (
        <Group>
          <Button
            variant="default"
            loading={events.isFetchingNextPage}
            onClick={() => void events.fetchNextPage()}
          >
            {t("shell.more")}
          </Button>
        </Group>
      )}
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
