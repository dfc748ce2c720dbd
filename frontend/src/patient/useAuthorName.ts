import { useTranslation } from "react-i18next";
import { useUser } from "@/session/useSession";

/** Who wrote something, by name. */
export function useAuthorName(): (authorId: string) => string {
  const { t } = useTranslation();
  const user = useUser();
  return (authorId) => (authorId === user.id ? user.full_name : t("patient.colleague"));
}
