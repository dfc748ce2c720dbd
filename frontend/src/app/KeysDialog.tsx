import { Group, Kbd, Stack, Switch, Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/ui/Dialog";
import { useSingleKeys } from "@/ui/keys";

const KEYS = {
  everywhere: [
    [["Ctrl", "K"], "palette"],
    [["?"], "help"],
  ],
  photo: [
    [["←"], "newer"],
    [["→"], "older"],
    [["H"], "heatmap"],
    [["S"], "frame"],
    [["M"], "mark"],
    [["Ctrl", "Z"], "unmark"],
    [["↑", "↓", "←", "→"], "crosshair"],
    [["Enter"], "setPoint"],
    [["Esc"], "endDrawing"],
    [["V"], "marks"],
    [["+", "−", "0"], "zoom"],
    [["R"], "turn"],
    [["F"], "full"],
  ],
  today: [[["1", "…", "9"], "first"]],
  sorting: [
    [["←", "→"], "nextPhoto"],
    [["1", "…", "9"], "putPhoto"],
    [["S"], "acceptSuggestion"],
    [["N"], "newLesion"],
    [["U"], "putUnsorted"],
    [["Backspace"], "takePhotoBack"],
  ],
  worklist: [
    [["J", "K"], "step"],
    [["1", "…", "5"], "verdict"],
    [["X"], "select"],
    [["Shift", "J"], "selectMore"],
    [["L"], "selectLesion"],
    [["A"], "assign"],
    [["M"], "take"],
    [["U"], "undo"],
    [["Enter"], "open"],
  ],
} as const;

/** Every key, and the switch for those who would rather have none without Ctrl. */
export default function KeysDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [isOn, setIsOn] = useSingleKeys();
  return (
    <Dialog title={t("shell.keys.title")} onClose={onClose} closeOnClickOutside>
      <Stack>
        {(Object.keys(KEYS) as (keyof typeof KEYS)[]).map((part) => (
          <section key={part}>
            <Title order={3} size="h6">
              {t(`shell.keys.parts.${part}`)}
            </Title>
            <Table verticalSpacing={4} withRowBorders={false}>
              <Table.Tbody>
                {KEYS[part].map(([keys, what]) => (
                  <Table.Tr key={what}>
                    <Table.Td w={130}>
                      <Group gap={4}>
                        {keys.map((key) => (key === "…" ? key : <Kbd key={key}>{key}</Kbd>))}
                      </Group>
                    </Table.Td>
                    <Table.Td>{t(`shell.keys.${what}`)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </section>
        ))}
        <Switch
          label={t("shell.keys.single")}
          checked={isOn}
          onChange={(event) => setIsOn(event.currentTarget.checked)}
        />
        <Text size="xs" c="dimmed">
          {t("shell.keys.singleHelp")}
        </Text>
      </Stack>
    </Dialog>
  );
}
