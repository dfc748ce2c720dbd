import { UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { pressed, type Order, type Sort } from "./patient_order";
import classes from "./PatientList.module.css";

const COLUMNS: {
  name: "name" | "record" | "born" | "lesions" | "lastPhoto" | "open" | "risk";
  sort?: Sort;
  /** Left out where there is no room for all. */
  isDeskOnly?: true;
}[] = [
  { name: "name", sort: "name" },
  { name: "record" },
  { name: "born" },
  { name: "lesions", isDeskOnly: true },
  { name: "lastPhoto", sort: "last_visit", isDeskOnly: true },
  { name: "open", sort: "open_items" },
  { name: "risk", sort: "highest_risk" },
];

/** The columns' names; pressing one sorts by it. A search has an order of its own. */
export function ListHead({
  order,
  onOrder,
}: {
  order: Order;
  onOrder: ((order: Order) => void) | undefined;
}) {
  const { t } = useTranslation();
  return (
    <div className={classes.head} role="group" aria-label={t("patients.sort.label")}>
      <span />
      {COLUMNS.map(({ name, sort, isDeskOnly }) => {
        const text = t(`patients.columns.${name}`);
        const place = isDeskOnly ? classes.desk : undefined;
        if (!sort || !onOrder) {
          return (
            <span key={name} className={place}>
              {text}
            </span>
          );
        }
        const isSorted = order.sort === sort;
        const Arrow = order.descending ? IconArrowDown : IconArrowUp;
        return (
          <UnstyledButton
            key={name}
            className={[classes.sort, place].filter(Boolean).join(" ")}
            aria-pressed={isSorted}
            title={t(`patients.sort.${sort}`)}
            onClick={() => onOrder(pressed(order, sort))}
          >
            {text}
            {isSorted && (
              <Arrow
                size={14}
                aria-label={order.descending ? t("patients.sort.down") : t("patients.sort.up")}
              />
            )}
          </UnstyledButton>
        );
      })}
    </div>
  );
}
