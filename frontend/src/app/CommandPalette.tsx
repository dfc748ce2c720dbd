import "@mantine/spotlight/styles.layer.css";
import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, spotlight } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import {
  IconKeyboard,
  IconLanguage,
  IconMoon,
  IconSearch,
  IconUser,
  IconUserPlus,
  IconZoomCheck,
} from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, unwrap } from "@/api/client";
import { chooseLanguage, LANGUAGES, type Language } from "@/i18n";
import { day } from "@/i18n/moments";
import { PATIENTS } from "@/patients/usePatients";
import { BackCloses } from "@/ui/BackCloses";
import type { Page } from "./pages";

const TYPING_MS = 150;
const MOST = 7;

interface Command {
  id: string;
  label: string;
  description?: string;
  icon: typeof IconUser;
  run: () => void;
}

/** Whatever can be done from anywhere, by a few letters: patients, pages, settings. */
export default function CommandPalette({
  query,
  onQuery,
  pages,
  isClinician,
  onKeys,
}: {
  query: string;
  onQuery: (query: string) => void;
  pages: Page[];
  isClinician: boolean;
  onKeys: () => void;
}) {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => spotlight.open(), []);
  const patients = usePatientCommands(isClinician ? query : "");
  useSelectFirst(patients[0]?.id);
  const commands = useCommands(pages, isClinician, onKeys);
  const wanted = query.trim().toLowerCase();
  const found = commands.filter(({ label }) => label.toLowerCase().includes(wanted));
  const show = ({ id, label, description, icon: Icon, run }: Command) => (
    <Spotlight.Action
      key={id}
      label={label}
      description={description}
      leftSection={<Icon size={20} aria-hidden />}
      onClick={run}
    />
  );
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={onQuery}
      onSpotlightOpen={() => setIsOpen(true)}
      onSpotlightClose={() => setIsOpen(false)}
      shortcut={null}
      scrollable
    >
      {isOpen && <BackCloses onClose={spotlight.close} />}
      <Spotlight.Search
        placeholder={t("shell.palette.placeholder")}
        aria-label={t("shell.palette.title")}
        leftSection={<IconSearch size={20} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {patients.length > 0 && (
          <Spotlight.ActionsGroup label={t("shell.menu.patients")}>
            {patients.map(show)}
          </Spotlight.ActionsGroup>
        )}
        {found.length > 0 && (
          <Spotlight.ActionsGroup label={t("shell.palette.commands")}>
            {found.map(show)}
          </Spotlight.ActionsGroup>
        )}
        {patients.length + found.length === 0 && (
          <Spotlight.Empty>{t("dashboard.searchNone")}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

/** Puts Enter on the first patient as soon as there is one: commands were there before them. */
function useSelectFirst(id: string | undefined): void {
  useEffect(() => {
    const actions = document.querySelectorAll(".mantine-Spotlight-action");
    const [first] = actions;
    if (!id || !first) return;
    for (const action of actions) action.removeAttribute("data-selected");
    first.setAttribute("data-selected", "true");
  }, [id]);
}

function usePatientCommands(query: string): Command[] {
  const navigate = useNavigate();
  const [search] = useDebouncedValue(query.trim(), TYPING_MS);
  const found = useQuery({
    queryKey: [...PATIENTS, "found", search],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/patients/", { params: { query: { search, limit: MOST } }, signal })),
    enabled: search !== "",
    placeholderData: (before) => before,
  });
  if (search === "") return [];
  return (found.data?.items ?? []).map(({ id, full_name, record_number, birth_date }) => ({
    id,
    label: full_name,
    description: [record_number, birth_date && day(birth_date)].filter(Boolean).join(" · "),
    icon: IconUser,
    run: () => void navigate(`/patient/${id}`),
  }));
}

function useCommands(pages: Page[], isClinician: boolean, onKeys: () => void): Command[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  return [
    ...pages.map(({ to, label, icon }) => ({
      id: to,
      label,
      icon,
      run: () => void navigate(to),
    })),
    ...(isClinician
      ? [
          {
            id: "review",
            label: t("shell.palette.review"),
            icon: IconZoomCheck,
            run: () => void navigate("/worklist"),
          },
          {
            id: "new",
            label: t("dashboard.addPatient"),
            icon: IconUserPlus,
            run: () => void navigate("/patients?new"),
          },
        ]
      : []),
    {
      id: "theme",
      label: t("shell.menu.theme"),
      icon: IconMoon,
      run: () => setColorScheme(scheme === "dark" ? "light" : "dark"),
    },
    ...(Object.keys(LANGUAGES) as Language[]).map((language) => ({
      id: language,
      label: `${t("shell.menu.language")}: ${LANGUAGES[language]}`,
      icon: IconLanguage,
      run: () => void chooseLanguage(language),
    })),
    { id: "keys", label: t("shell.keys.title"), icon: IconKeyboard, run: onKeys },
  ];
}
