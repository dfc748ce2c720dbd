import { Menu, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconLogout, IconUser } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { signOut } from "@/api/access";
import { chooseLanguage, LANGUAGES, type Language } from "@/i18n";
import { forgetDrafts } from "@/session/drafts";
import { useUser } from "@/session/useSession";
import { confirm } from "@/ui/confirm";
import { useUploads } from "@/uploads/useUploads";
import classes from "./Shell.module.css";

/** Whose session it is, and the ways to the account and out. */
export function AccountMenu() {
  const { t } = useTranslation();
  const user = useUser();
  const navigate = useNavigate();
  const unsent = useUploads().filter(({ state }) => state === "waiting" || state === "sending");
  const leave = async () => {
    await signOut();
    forgetDrafts();
    await navigate("/", { replace: true });
  };
  const askToLeave = () => {
    if (unsent.length === 0) return void leave();
    confirm({
      title: t("shell.unsent.title", { count: unsent.length }),
      text: t("shell.unsent.text"),
      action: t("shell.menu.signOut"),
      onConfirm: () => void leave(),
    });
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <UnstyledButton className={classes.account}>
          <Text size="sm" fw={500} truncate maw={{ base: 104, xs: 200 }}>
            {user.full_name}
          </Text>
          <IconChevronDown size={16} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {t(`shell.roles.${user.role}`)}
          {user.clinic_name && ` · ${user.clinic_name}`}
        </Menu.Label>
        <Menu.Item component={Link} to="/profile" leftSection={<IconUser size={16} aria-hidden />}>
          {t("shell.menu.profile")}
        </Menu.Item>
        <Menu.Label>{t("shell.menu.language")}</Menu.Label>
        {(Object.keys(LANGUAGES) as Language[]).map((language) => (
          <Menu.Item key={language} onClick={() => void chooseLanguage(language)} lang={language}>
            {LANGUAGES[language]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={askToLeave}>
          {t("shell.menu.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
