import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { useUser } from "@/session/useSession";
import { Ago } from "@/ui/Ago";
import { confirm } from "@/ui/confirm";
import { Section } from "@/ui/Section";
import { useClinicChange } from "./queries";

type Member = Schemas["Member"];

/** Everybody with an account at the clinic; the removed ones last. */
export function Members({ members }: { members: Member[] }) {
  const { t } = useTranslation();
  const sorted = [...members.filter((one) => one.active), ...members.filter((one) => !one.active)];
  return (
    <Section title={t("clinic.members.title")} text={t("clinic.members.text")}>
      {sorted.map((member) => (
        <MemberRow key={member.id} member={member} />
      ))}
    </Section>
  );
}

function MemberRow({ member }: { member: Member }) {
  const { t } = useTranslation();
  const isMe = useUser().id === member.id;
  return (
    <Group justify="space-between">
      <Stack gap={0}>
        <Group gap="xs">
          <Text fw={500} c={member.active ? undefined : "dimmed"}>
            {member.full_name}
          </Text>
          {isMe && <Text c="dimmed">{t("clinic.members.me")}</Text>}
          {member.owns_clinic && (
            <Badge variant="default" tt="none">
              {t("clinic.members.owner")}
            </Badge>
          )}
          {!member.active && (
            <Badge variant="default" tt="none">
              {t("clinic.members.removed")}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {member.email} ·{" "}
          {member.last_sign_in_at ? (
            <Ago
              at={member.last_sign_in_at}
              in={(time) => t("clinic.members.lastSignIn", { ago: time })}
            />
          ) : (
            t("clinic.members.neverSignedIn")
          )}
        </Text>
      </Stack>
      <MemberActions member={member} isMe={isMe} />
    </Group>
  );
}

function MemberActions({ member, isMe }: { member: Member; isMe: boolean }) {
  const { t } = useTranslation();
  const name = member.full_name;
  const change = useClinicChange(
    (body: Schemas["MemberChange"]) =>
      unwrap(
        api.PATCH("/clinic/team/{user_id}", { params: { path: { user_id: member.id } }, body }),
      ),
    () => t("clinic.members.changed", { name }),
  );
  if (!member.active) {
    return (
      <Button
        variant="default"
        loading={change.isPending}
        onClick={() => change.mutate({ active: true })}
      >
        {t("clinic.members.takeBack")}
      </Button>
    );
  }
  return (
    <Group gap="xs">
      <Button
        variant="default"
        loading={change.isPending}
        onClick={() =>
          confirm({
            title: t(
              member.owns_clinic ? "clinic.members.endOwnerTitle" : "clinic.members.makeOwnerTitle",
              { name },
            ),
            text: t("clinic.members.ownerText"),
            action: t(member.owns_clinic ? "clinic.members.endOwner" : "clinic.members.makeOwner"),
            isDestructive: member.owns_clinic,
            onConfirm: () => change.mutate({ owns_clinic: !member.owns_clinic }),
          })
        }
      >
        {t(member.owns_clinic ? "clinic.members.endOwner" : "clinic.members.makeOwner")}
      </Button>
      {!isMe && (
        <Button
          variant="default"
          loading={change.isPending}
          onClick={() =>
            confirm({
              title: t("clinic.members.removeTitle", { name }),
              text: t("clinic.members.removeText"),
              action: t("clinic.members.remove"),
              onConfirm: () => change.mutate({ active: false }),
            })
          }
        >
          {t("clinic.members.remove")}
        </Button>
      )}
    </Group>
  );
}
