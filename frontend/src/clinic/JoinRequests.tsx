import { Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { dayAndTime } from "@/i18n/moments";
import { confirm } from "@/ui/confirm";
import { Section } from "@/ui/Section";
import { useClinicChange } from "./queries";

interface Decision {
  request: Schemas["JoinRequest"];
  approve: boolean;
}

/** Who registered for the clinic and waits; nothing where nobody does. */
export function JoinRequests({ requests }: { requests: Schemas["JoinRequest"][] }) {
  const { t } = useTranslation();
  const decide = useClinicChange(
    ({ request, approve }: Decision) =>
      unwrap(
        api.POST("/clinic/join-requests/{join_request_id}", {
          params: { path: { join_request_id: request.id } },
          body: { approve },
        }),
      ),
    ({ request, approve }) =>
      t(approve ? "clinic.requests.approved" : "clinic.requests.declined", {
        name: request.full_name,
      }),
  );
  if (requests.length === 0) return null;
  return (
    <Section title={t("clinic.requests.title")} text={t("clinic.requests.text")}>
      {requests.map((request) => (
        <Group key={request.id} justify="space-between">
          <Stack gap={0}>
            <Text fw={500}>{request.full_name}</Text>
            <Text size="sm" c="dimmed">
              {request.email} · {dayAndTime(request.asked_at)}
            </Text>
          </Stack>
          <Group gap="xs">
            <Button
              variant="default"
              loading={decide.isPending}
              onClick={() => decide.mutate({ request, approve: false })}
            >
              {t("clinic.requests.decline")}
            </Button>
            <Button
              loading={decide.isPending}
              onClick={() =>
                confirm({
                  title: t("clinic.requests.approveTitle", { name: request.full_name }),
                  text: t("clinic.requests.approveText", { email: request.email }),
                  action: t("clinic.requests.approve"),
                  isDestructive: false,
                  onConfirm: () => decide.mutate({ request, approve: true }),
                })
              }
            >
              {t("clinic.requests.approve")}
            </Button>
          </Group>
        </Group>
      ))}
    </Section>
  );
}
