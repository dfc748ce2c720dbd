import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Button,
  Group,
  Image,
  Kbd,
  NavLink,
  Stack,
  Text,
  Tooltip,
} from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconKeyboard, IconSearch } from "@tabler/icons-react";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, Outlet, useLocation } from "react-router";
import { useUser } from "@/session/useSession";
import { resumeUploads } from "@/uploads/queue";
import { AccountMenu } from "./AccountMenu";
import { OfflineBanner } from "./OfflineBanner";
import { useFocusKept } from "@/ui/focus";
import { useKeys } from "@/ui/keys";
import { showProblem } from "@/ui/notices";
import { LoadingRows } from "@/ui/States";
import { ThemeSwitch } from "@/ui/ThemeSwitch";
import { fillsTheWindow, isLit, usePages } from "./pages";
import { useNextPages } from "./useNextPages";
import { usePalette } from "./usePalette";
import classes from "./Shell.module.css";

const CommandPalette = lazy(() => import("./CommandPalette"));
const KeysDialog = lazy(() => import("./KeysDialog"));

/** The frame around every page once somebody is signed in. */
export function Shell() {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const user = useUser();
  const { pathname, search } = useLocation();
  const isWorkbench = fillsTheWindow(pathname, search);
  // A tablet has no room for a column of words beside a page.
  const isTablet = useMediaQuery("(min-width: 48em) and (max-width: 62em)", false, {
    getInitialValueInEffect: false,
  });
  const isRail = isWorkbench || isTablet;
  useEffect(() => {
    resumeUploads(user.id).catch(showProblem);
  }, [user.id]);
  const pages = usePages();
  const palette = usePalette();
  const [areKeysShown, keys] = useDisclosure();
  useKeys({ "?": keys.open });
  useFocusKept();
  useNextPages();

  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{
        width: { base: 220, sm: isRail ? 56 : 220 },
        breakpoint: "sm",
        collapsed: { mobile: !opened },
      }}
      padding={isWorkbench ? 0 : "md"}
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
            <SearchButton onPress={palette.open} />
            <ActionIcon
              variant="default"
              size="lg"
              visibleFrom="sm"
              aria-label={t("shell.keys.title")}
              aria-keyshortcuts="?"
              onClick={keys.open}
            >
              <IconKeyboard size={18} aria-hidden />
            </ActionIcon>
            <ThemeSwitch />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label={t("shell.name")}>
        {pages.map(({ to, label, icon: Icon }) => (
          <Tooltip key={to} label={label} position="right" disabled={!isRail || opened}>
            <NavLink
              // Not the router's own: it would say again which page this is, and know no pages below.
              component={Link}
              to={to}
              label={label}
              active={isLit(to, pathname)}
              aria-current={isLit(to, pathname) ? "page" : undefined}
              className={isRail ? classes.rail : undefined}
              leftSection={<Icon size={18} aria-hidden />}
              onClick={close}
            />
          </Tooltip>
        ))}
      </AppShell.Navbar>
      <AppShell.Main
        id="content"
        tabIndex={-1}
        className={isWorkbench ? classes.workbench : undefined}
      >
        <Stack gap={isWorkbench ? 0 : undefined}>
          <OfflineBanner />
          <Suspense fallback={<LoadingRows />}>
            <Outlet />
          </Suspense>
        </Stack>
      </AppShell.Main>
      <Suspense fallback={null}>
        {palette.isWanted && (
          <CommandPalette
            query={palette.query}
            onQuery={palette.setQuery}
            pages={pages}
            isClinician={user.role === "clinician"}
            onKeys={keys.open}
          />
        )}
        {areKeysShown && <KeysDialog onClose={keys.close} />}
      </Suspense>
    </AppShell>
  );
}

function SearchButton({ onPress }: { onPress: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <Button
        variant="default"
        size="sm"
        visibleFrom="md"
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSection={<Kbd aria-hidden>{t("dashboard.searchKey")}</Kbd>}
        aria-keyshortcuts="Control+K"
        onClick={onPress}
      >
        {t("shell.palette.open")}
      </Button>
      <ActionIcon
        variant="default"
        size="lg"
        hiddenFrom="md"
        aria-label={t("shell.palette.open")}
        onClick={onPress}
      >
        <IconSearch size={18} aria-hidden />
      </ActionIcon>
    </>
  );
}
