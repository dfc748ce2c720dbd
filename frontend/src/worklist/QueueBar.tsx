import { Chip, Group, NativeSelect, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useColleagues } from "@/patient/useColleagues";
import { useUser } from "@/session/useSession";
import { Breadcrumb } from "@/ui/Breadcrumb";
import { ORDERS, ZONES } from "./order";
import { LISTS, type useQueueAddress } from "./queue";
import classes from "./QueueBar.module.css";

/** Which list is worked through, of it what, and how much is left. */
export function QueueBar({
  address,
  place,
  count,
}: {
  address: ReturnType<typeof useQueueAddress>;
  place: number;
  count: number;
}) {
  const { t } = useTranslation();
  const user = useUser();
  const { list, zone, order, whose, isOverdue, change } = address;
  const colleagues = useColleagues().filter(({ id }) => id !== user.id);
  const anew = (part: Record<string, string | null>) => change({ ...part, photo: null });
  return (
    <div className={classes.bar}>
      <Breadcrumb pages={[{ to: "/dashboard", name: t("shell.menu.dashboard") }]} />
      <Title order={1} className={classes.title}>
        {t("worklist.title")}
      </Title>
      <Group gap={6} wrap="nowrap" className={classes.filters}>
        <NativeSelect
          size="xs"
          aria-label={t("worklist.list")}
          value={list}
          onChange={(event) => anew({ list: event.currentTarget.value })}
          data={LISTS.map((value) => ({ value, label: t(`dashboard.lists.${value}`) }))}
        />
        <NativeSelect
          size="xs"
          aria-label={t("worklist.zone")}
          value={zone}
          onChange={(event) => anew({ zone: event.currentTarget.value })}
          data={ZONES.map((value) => ({ value, label: t(`worklist.zones.${value}`) }))}
        />
        <NativeSelect
          size="xs"
          aria-label={t("worklist.whose")}
          title={t("worklist.mineHelp")}
          value={whose}
          onChange={(event) => anew({ whose: event.currentTarget.value })}
          data={[
            { value: "all", label: t("worklist.everybodys") },
            { value: "mine", label: t("worklist.mine") },
            { value: "nobody", label: t("worklist.nobodys") },
            ...colleagues.map(({ id, full_name }) => ({ value: id, label: full_name })),
          ]}
        />
        <NativeSelect
          size="xs"
          aria-label={t("worklist.order")}
          value={order}
          onChange={(event) => anew({ order: event.currentTarget.value })}
          data={ORDERS.map((value) => ({ value, label: t(`worklist.orders.${value}`) }))}
        />
        <Chip
          size="xs"
          checked={isOverdue}
          onChange={(checked) => anew({ overdue: checked ? "" : null })}
        >
          {t("worklist.overdue")}
        </Chip>
      </Group>
      <Text size="sm" className={classes.count} role="status">
        {t("worklist.place", { place, count })}
      </Text>
    </div>
  );
}
