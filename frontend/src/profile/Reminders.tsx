import { Switch } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { ME, useUser, type User } from "@/session/useSession";
import { showDone } from "@/ui/notices";
import { Section } from "@/ui/Section";

/** Whether a mail tells a clinician in the morning what has become due; saved as it is switched. */
export function Reminders() {
  const { t } = useTranslation();
  const user = useUser();
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: (reminders: boolean) =>
      unwrap(api.PUT("/users/me", { body: { reminders, current_password: "" } })),
    onSuccess: (now) => {
      queryClient.setQueryData<User>(ME, now);
      showDone(t("shell.saved"));
    },
  });
  return (
    <Section title={t("profile.reminders.title")}>
      <Switch
        label={t("profile.reminders.due")}
        description={t("profile.reminders.dueHelp", { email: user.email })}
        checked={save.isPending ? save.variables : user.reminders}
        disabled={save.isPending}
        onChange={(event) => save.mutate(event.currentTarget.checked)}
      />
    </Section>
  );
}
