import { Select, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useColleagues } from "@/patient/useColleagues";
import { useUser } from "@/session/useSession";
import { Dialog } from "@/ui/Dialog";

const NOBODY = "nobody";

/** Whom photos are handed to: some letters of the name and Enter. */
export function AssignDialog({
  count,
  onAssign,
  onClose,
}: {
  count: number;
  onAssign: (account: string | null) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const user = useUser();
  const colleagues = useColleagues().filter(({ id, has_left }) => id !== user.id && !has_left);
  return (
    <Dialog title={t("worklist.assignTitle", { count })} onClose={onClose} closeOnClickOutside>
      <Stack gap="xs">
        <Select
          data-autofocus
          label={t("worklist.assignTo")}
          placeholder={t("worklist.assignPlaceholder")}
          data={[
            { value: user.id, label: t("worklist.me", { name: user.full_name }) },
            ...colleagues.map(({ id, full_name }) => ({ value: id, label: full_name })),
            { value: NOBODY, label: t("worklist.giveBack") },
          ]}
          searchable
          selectFirstOptionOnChange
          selectFirstOptionOnDropdownOpen
          defaultDropdownOpened
          nothingFoundMessage={t("worklist.noColleague")}
          comboboxProps={{ withinPortal: false, position: "bottom", middlewares: { flip: false } }}
          onChange={(account) => {
            if (account) onAssign(account === NOBODY ? null : account);
          }}
        />
        <Text size="xs" c="dimmed" pb={220}>
          {t("worklist.assignHelp")}
        </Text>
      </Stack>
    </Dialog>
  );
}
