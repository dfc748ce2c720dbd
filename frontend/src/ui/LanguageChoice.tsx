import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { chooseLanguage, currentLanguage, LANGUAGES, type Language } from "@/i18n";

/** The language, for whoever has not signed in yet. */
export function LanguageChoice() {
  const { t } = useTranslation();
  return (
    <NativeSelect
      aria-label={t("shell.menu.language")}
      value={currentLanguage()}
      onChange={(event) => void chooseLanguage(event.currentTarget.value as Language)}
      data={(Object.keys(LANGUAGES) as Language[]).map((value) => ({
        value,
        label: LANGUAGES[value],
      }))}
    />
  );
}
