import { ActionIcon, Group, NativeSelect } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { pressed, SORTS, type Order } from "./patient_order";

/** What the list is sorted by, where it has no column heads to press: on a phone. */
export function OrderChoice({ order, onOrder }: { order: Order; onOrder: (order: Order) => void }) {
  const { t } = useTranslation();
  const Arrow = order.descending ? IconArrowDown : IconArrowUp;
  return (
    <Group gap="xs" hiddenFrom="sm" wrap="nowrap">
      <NativeSelect
        flex={1}
        size="md"
        aria-label={t("patients.sort.label")}
        value={order.sort}
        onChange={(event) => {
          const sort = SORTS.find((one) => one === event.currentTarget.value);
          if (sort) onOrder(pressed(order, sort));
        }}
        data={SORTS.map((value) => ({ value, label: t(`patients.sort.${value}`) }))}
      />
      <ActionIcon
        size={44}
        variant="default"
        aria-label={t("patients.sort.turn", {
          now: order.descending ? t("patients.sort.down") : t("patients.sort.up"),
        })}
        onClick={() => onOrder(pressed(order, order.sort))}
      >
        <Arrow size={18} aria-hidden />
      </ActionIcon>
    </Group>
  );
}
