import i18next from "i18next";
import { z } from "zod";

/** Rules that the form can check itself; whether a password is too common, auth_service says. */
export const email = z
  .string()
  .trim()
  .refine((text) => z.email().safeParse(text).success, {
    error: () => i18next.t("account.validation.email"),
  });

export const newPassword = z.string().refine((text) => text.length >= 12 && text.length <= 128, {
  error: () => i18next.t("account.validation.password"),
});

export const filled = z
  .string()
  .trim()
  .min(1, { error: () => i18next.t("shell.required") });
