import { Badge, type MantineSize } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** The label in word, icon and colour: never by colour alone. */
export function LabelBadge({
  label,
  size = "md",
}: {
  label: "benign" | "malignant";
  size?: MantineSize;
}) {
  const { t } = useTranslation();
  const Icon = label === "malignant" ? IconAlertTriangle : IconCircleCheck;
  return (
    <Badge
      size={size}
      tt="none"
      color={label === "malignant" ? "red.9" : "teal.9"}
      leftSection={<Icon size={14} aria-hidden />}
    >
      {t(`shell.label.${label}`)}
    </Badge>
  );
}
