import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { IconCheck, IconLock, IconMail, IconMailQuestion, IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { Schemas } from "@/api/client";
import { useUser } from "@/session/useSession";
import { Ago } from "@/ui/Ago";
import { DataTable } from "@/ui/DataTable";
import { MoreButton } from "@/ui/MoreButton";
import { QueryState } from "@/ui/QueryState";
import { StateBadge } from "@/ui/StateBadge";
import { EmptyState } from "@/ui/States";
import { InviteDialog } from "./InviteDialog";
import { useUsers } from "./queries";
import { UserActions } from "./UserActions";

const TYPING_MS = 250;

/** Everybody who has an account. */
export function UsersTab() {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const [typed, setTyped] = useState(address.get("search") ?? "");
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  useEffect(() => {
    setAddress(
      (now) => {
        if (search) now.set("search", search);
        else now.delete("search");
        return now;
      },
      { replace: true },
    );
  }, [search, setAddress]);
  const [isInviting, inviting] = useDisclosure();
  const users = useUsers(search);
  const rows = users.data?.pages.flatMap(({ items }) => items);
  return (
    <Stack>
      <Group>
        <TextInput
          flex="1 1 240px"
          type="search"
          aria-label={t("admin.users.search")}
          placeholder={t("admin.users.search")}
          leftSection={<IconSearch size={18} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button leftSection={<IconMail size={18} aria-hidden />} onClick={inviting.open}>
          {t("admin.users.invite")}
        </Button>
      </Group>
      <QueryState query={users} />
      {rows?.length === 0 && <EmptyState title={t("admin.users.none")} />}
      {rows && rows.length > 0 && <UserTable users={rows} />}
      <MoreButton list={users} />
      {isInviting && <InviteDialog onClose={inviting.close} />}
    </Stack>
  );
}

function UserTable({ users }: { users: Schemas["User"][] }) {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t("admin.users.table")}
      rows={users}
      rowKey={({ id }) => id}
      columns={[
        { name: t("admin.users.columns.user"), show: (user) => <Name user={user} /> },
        { name: t("admin.users.columns.role"), show: ({ role }) => t(`shell.roles.${role}`) },
        { name: t("admin.users.columns.clinic"), show: ({ clinic_name }) => clinic_name ?? "–" },
        {
          name: t("admin.users.columns.twoFactor"),
          show: ({ two_factor_enabled: isOn, two_factor_required: isRequired }) => (
            <>
              {isOn ? t("admin.users.twoFactorOn") : t("admin.users.twoFactorOff")}
              {isRequired && `, ${t("admin.users.twoFactorRequired")}`}
            </>
          ),
        },
        { name: t("admin.users.columns.state"), show: (user) => <State user={user} /> },
        {
          name: t("admin.users.columns.lastSignIn"),
          show: ({ last_sign_in_at: at }) => (at ? <Ago at={at} /> : t("admin.users.never")),
        },
        {
          name: t("admin.users.columns.actions"),
          show: (user) => <UserActions user={user} />,
        },
      ]}
    />
  );
}

function Name({ user }: { user: Schemas["User"] }) {
  const { t } = useTranslation();
  const isMe = useUser().id === user.id;
  return (
    <>
      <Text size="sm" fw={500}>
        {user.full_name} {isMe && `(${t("admin.users.you")})`}
      </Text>
      <Text size="sm" c="dimmed">
        {user.email}
      </Text>
    </>
  );
}

function State({ user }: { user: Schemas["User"] }) {
  const { t } = useTranslation();
  const [Icon, text, color] = !user.active
    ? ([IconLock, t("admin.users.disabled"), "red"] as const)
    : user.email_verified
      ? ([IconCheck, t("admin.users.active"), "teal"] as const)
      : ([IconMailQuestion, t("admin.users.unverified"), "yellow"] as const);
  return (
    <StateBadge icon={Icon} color={color}>
      {text}
    </StateBadge>
  );
}
