import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Group,
  Image,
  Menu,
  NavLink,
  Stack,
  Text,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconBuildingHospital,
  IconChevronDown,
  IconLayoutDashboard,
  IconLogout,
  IconMoon,
  IconSettings,
  IconSun,
  IconUser,
  IconUsers,
} from "@tabler/icons-react";
import { Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink as RouterLink, Outlet, useNavigate } from "react-router";
import { signOut } from "@/api/access";
import { chooseLanguage, LANGUAGES, type Language } from "@/i18n";
import { forgetDrafts } from "@/session/drafts";
import { useUser } from "@/session/useSession";
import { resumeUploads } from "@/uploads/queue";
import { useUploads } from "@/uploads/useUploads";
import { OfflineBanner } from "./OfflineBanner";
import { confirm } from "@/ui/confirm";
import { showProblem } from "@/ui/notices";
import { LoadingRows } from "@/ui/States";
import classes from "./Shell.module.css";

/** The frame around every page once somebody is signed in. */
export function Shell() {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const user = useUser();
  useEffect(() => {
    resumeUploads(user.id).catch(showProblem);
  }, [user.id]);
  const pages = [
    {
      to: "/dashboard",
      label: t("shell.menu.dashboard"),
      icon: IconLayoutDashboard,
      for: ["clinician"],
    },
    { to: "/patients", label: t("shell.menu.patients"), icon: IconUsers, for: ["clinician"] },
    ...(user.owns_clinic
      ? [
          {
            to: "/clinic",
            label: t("shell.menu.clinic"),
            icon: IconBuildingHospital,
            for: ["clinician"],
          },
        ]
      : []),
    {
      to: "/admin",
      label: t("shell.menu.admin"),
      icon: IconSettings,
      for: ["admin", "ml_engineer"],
    },
    { to: "/profile", label: t("shell.menu.profile"), icon: IconUser, for: null },
  ].filter((page) => page.for === null || page.for.includes(user.role));

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a href="#content" className={classes.skip}>
        {t("shell.skip")}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t("shell.menu.open")}
            />
            <Link to="/dashboard" className={classes.brand}>
              <Image src="/favicon.svg" alt="" w={28} h={28} />
              <Text fw={700}>{t("shell.name")}</Text>
            </Link>
            <Badge variant="light" color="yellow" visibleFrom="sm" tt="none" autoContrast>
              {t("shell.notADiagnosis")}
            </Badge>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ThemeSwitch />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label={t("shell.name")}>
        {pages.map(({ to, label, icon: Icon }) => (
          <NavLink
            key={to}
            component={RouterLink}
            to={to}
            label={label}
            leftSection={<Icon size={18} aria-hidden />}
            onClick={close}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Stack>
          <OfflineBanner />
          <Suspense fallback={<LoadingRows />}>
            <Outlet />
          </Suspense>
        </Stack>
      </AppShell.Main>
    </AppShell>
  );
}

function ThemeSwitch() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  return (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={t("shell.menu.theme")}
      onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}
    >
      {scheme === "dark" ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
    </ActionIcon>
  );
}

function AccountMenu() {
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
