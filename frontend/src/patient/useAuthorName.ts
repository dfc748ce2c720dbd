import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useUser } from "@/session/useSession";
import { useColleagues } from "./useColleagues";

/** An author's name: oneself or a colleague, including one who has left. */
export function useAuthorName(): (authorId: string) => string {
  const { t } = useTranslation();
  const user = useUser();
  const colleagues = useColleagues();
  const names = useMemo(
    () => new Map(colleagues.map(({ id, full_name }) => [id, full_name])),
    [colleagues],
  );
  return (id) => (id === user.id ? user.full_name : (names.get(id) ?? t("patient.colleague")));
}
