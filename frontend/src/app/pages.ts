import {
  IconBuildingHospital,
  IconLayoutDashboard,
  IconSettings,
  IconUser,
  IconUsers,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useUser } from "@/session/useSession";

export interface Page {
  to: string;
  label: string;
  icon: typeof IconUser;
}

/** The pages of the menu that somebody's role opens. */
export function usePages(): Page[] {
  const { t } = useTranslation();
  const { role, owns_clinic } = useUser();
  const isClinician = role === "clinician";
  const all: (Page & { isOpen: boolean })[] = [
    {
      to: "/dashboard",
      label: t("shell.menu.dashboard"),
      icon: IconLayoutDashboard,
      isOpen: isClinician,
    },
    { to: "/patients", label: t("shell.menu.patients"), icon: IconUsers, isOpen: isClinician },
    {
      to: "/clinic",
      label: t("shell.menu.clinic"),
      icon: IconBuildingHospital,
      isOpen: isClinician && owns_clinic,
    },
    {
      to: "/admin",
      label: t("shell.menu.admin"),
      icon: IconSettings,
      isOpen: role === "admin" || role === "ml_engineer",
    },
    { to: "/profile", label: t("shell.menu.profile"), icon: IconUser, isOpen: true },
  ];
  return all.filter(({ isOpen }) => isOpen);
}

/** Whether an address is a place to work at that fills the window, as a photo's does. */
export function fillsTheWindow(pathname: string, search: string): boolean {
  const asked = new URLSearchParams(search);
  return (
    pathname === "/worklist" ||
    (pathname.startsWith("/patient/") && asked.has("lesion") && !asked.has("tab"))
  );
}

/** A patient's page belongs to the patients, and a worklist to the day. */
export function isLit(to: string, pathname: string): boolean {
  if (to === "/patients") return pathname.startsWith("/patient");
  if (to === "/dashboard") return pathname === "/dashboard" || pathname === "/worklist";
  return pathname.startsWith(to);
}
