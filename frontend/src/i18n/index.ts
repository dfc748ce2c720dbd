import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./en";

/** The languages that ship. English is in the first load; others come when they are chosen. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const CHOSEN = "dermis.language";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

export function currentLanguage(): Language {
  return i18next.language as Language;
}

export async function chooseLanguage(language: Language): Promise<void> {
  if (language === "de" && !i18next.hasResourceBundle("de", "translation")) {
    const { default: de } = await import("./de");
    i18next.addResourceBundle("de", "translation", de);
  }
  await i18next.changeLanguage(language);
  localStorage.setItem(CHOSEN, language);
  document.documentElement.lang = language;
}

/** The language chosen here before, or else the browser's own if we have it. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(CHOSEN) ?? navigator.language.slice(0, 2);
  return chosen in LANGUAGES ? (chosen as Language) : "en";
}

export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    // React escapes what it shows.
    interpolation: { escapeValue: false },
  });
  await chooseLanguage(preferredLanguage());
}
