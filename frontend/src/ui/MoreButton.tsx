import { Button, Group, type ButtonProps } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Fetches a list's next page; nothing where there is none. */
export function MoreButton({
  list,
  size,
  justify = "center",
}: {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  size?: ButtonProps["size"];
  justify?: "center" | "flex-start";
}) {
  const { t } = useTranslation();
  if (!list.hasNextPage) return null;
  return (
    <Group justify={justify}>
      <Button
        size={size}
        variant="default"
        loading={list.isFetchingNextPage}
        onClick={() => void list.fetchNextPage()}
      >
        {t("shell.more")}
      </Button>
    </Group>
  );
}
