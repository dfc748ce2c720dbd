import { ActionIcon, Menu } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  IconDots,
  IconLock,
  IconLockOpen,
  IconLogout,
  IconShield,
  IconShieldOff,
  IconUserEdit,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { confirm } from "@/ui/confirm";
import { showDone } from "@/ui/notices";
import { ChangeRoleDialog } from "./ChangeRoleDialog";
import { USERS } from "./queries";
import { useUserChange } from "./useUserChange";

/** What an administrator can do to an account; anything that takes something away is confirmed. */
export function UserActions({ user }: { user: Schemas["User"] }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [isChanging, setIsChanging] = useState(false);
  const name = user.full_name;
  const params = { path: { user_id: user.id } };
  const refresh = () => queryClient.invalidateQueries({ queryKey: USERS });

  const change = useUserChange(user);
  const reset = useMutation({
    mutationFn: () => unwrap(api.POST("/admin/users/{user_id}/reset-2fa", { params })),
    onSuccess: () => showDone(t("admin.users.resetTwoFactorDone", { name })),
    onSettled: refresh,
  });
  const endSessions = useMutation({
    mutationFn: () => unwrap(api.DELETE("/admin/users/{user_id}/sessions", { params })),
    onSuccess: ({ ended }) => showDone(t("admin.users.endedSessions", { count: ended })),
  });

  const ask = (
    action: "waiveTwoFactor" | "resetTwoFactor" | "endSessions" | "disable",
    onConfirm: () => void,
  ) =>
    confirm({
      title: t(`admin.users.${action}`),
      text: t(`admin.users.${action}Text`, { name }),
      action: t(`admin.users.${action}`),
      onConfirm,
    });

  return (
    <>
      <Menu position="bottom-end" withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label={t("admin.users.actionsOf", { name })}>
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconUserEdit size={16} aria-hidden />}
            onClick={() => setIsChanging(true)}
          >
            {t("admin.users.changeRole")}
          </Menu.Item>
          {user.two_factor_required ? (
            <Menu.Item
              leftSection={<IconShieldOff size={16} aria-hidden />}
              onClick={() =>
                ask("waiveTwoFactor", () => change.mutate({ require_two_factor: false }))
              }
            >
              {t("admin.users.waiveTwoFactor")}
            </Menu.Item>
          ) : (
            <Menu.Item
              leftSection={<IconShield size={16} aria-hidden />}
              onClick={() => change.mutate({ require_two_factor: true })}
            >
              {t("admin.users.requireTwoFactor")}
            </Menu.Item>
          )}
          {user.two_factor_enabled && (
            <Menu.Item
              leftSection={<IconShieldOff size={16} aria-hidden />}
              onClick={() => ask("resetTwoFactor", reset.mutate)}
            >
              {t("admin.users.resetTwoFactor")}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconLogout size={16} aria-hidden />}
            onClick={() => ask("endSessions", endSessions.mutate)}
          >
            {t("admin.users.endSessions")}
          </Menu.Item>
          <Menu.Divider />
          {user.active ? (
            <Menu.Item
              leftSection={<IconLock size={16} aria-hidden />}
              onClick={() => ask("disable", () => change.mutate({ active: false }))}
            >
              {t("admin.users.disable")}
            </Menu.Item>
          ) : (
            <Menu.Item
              leftSection={<IconLockOpen size={16} aria-hidden />}
              onClick={() => change.mutate({ active: true })}
            >
              {t("admin.users.enable")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {isChanging && <ChangeRoleDialog user={user} onClose={() => setIsChanging(false)} />}
    </>
  );
}
