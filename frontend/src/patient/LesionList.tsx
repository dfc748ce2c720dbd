import { Badge, Button, NavLink, Stack } from "@mantine/core";
import { IconInbox, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import type { Shelf } from "./queries";
import classes from "./LesionList.module.css";

/** The numbered lesions, and the tray of photos not yet assigned to one. */
export function LesionList({
  lesions,
  shelf,
  onChoose,
  onAdd,
}: {
  lesions: Schemas["Lesion"][];
  shelf: Shelf | null;
  onChoose: (shelf: Shelf) => void;
  onAdd: () => void;
}) {
  const { t } = useTranslation();
  const chosen = shelf === "unsorted" ? null : (shelf?.lesionId ?? null);
  return (
    <Stack gap={2}>
      {lesions.map((lesion, index) => (
        <NavLink
          key={lesion.id}
          component="button"
          classNames={{ description: classes.description }}
          active={lesion.id === chosen}
          aria-current={lesion.id === chosen}
          onClick={() => onChoose({ lesionId: lesion.id })}
          leftSection={
            <Badge circle color="cyan.9">
              {index + 1}
            </Badge>
          }
          label={lesion.label || t("patient.lesion.unnamed")}
          description={[
            lesion.body_site && t(`patient.sites.${lesion.body_site}`),
            lesion.status !== "observed" && t(`patient.statuses.${lesion.status}`),
            t("patient.lesion.photos", { count: lesion.image_count ?? 0 }),
          ]
            .filter(Boolean)
            .join(" · ")}
        />
      ))}
      <NavLink
        component="button"
        active={shelf === "unsorted"}
        aria-current={shelf === "unsorted"}
        onClick={() => onChoose("unsorted")}
        leftSection={<IconInbox size={20} aria-hidden />}
        label={t("patient.photos.unsorted")}
      />
      <Button
        variant="default"
        mt="xs"
        leftSection={<IconPlus size={18} aria-hidden />}
        onClick={onAdd}
      >
        {t("patient.lesion.add")}
      </Button>
    </Stack>
  );
}
