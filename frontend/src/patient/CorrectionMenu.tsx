import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, type Icon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** The menu beside a photo of what can be put right about it. */
export function CorrectionMenu<What extends string>({
  items,
  onChoose,
}: {
  items: readonly (readonly [what: What, icon: Icon, label: string])[];
  onChoose: (what: What) => void;
}) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t("patient.correct.menu")}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map(([what, ItemIcon, label]) => (
          <Menu.Item
            key={what}
            leftSection={<ItemIcon size={16} aria-hidden />}
            onClick={() => onChoose(what)}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
