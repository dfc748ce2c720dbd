import { Anchor, Group, Text } from "@mantine/core";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

/** The pages above this one, whose own name is its heading. */
export function Breadcrumb({ pages }: { pages: readonly { to: string; name: string }[] }) {
  const { t } = useTranslation();
  return (
    <Group component="nav" gap={6} wrap="nowrap" aria-label={t("shell.breadcrumb")} flex="none">
      {pages.map(({ to, name }) => (
        <Fragment key={to}>
          <Anchor component={Link} to={to} size="sm" py={4}>
            {name}
          </Anchor>
          <Text span size="sm" c="dimmed" aria-hidden>
            ›
          </Text>
        </Fragment>
      ))}
    </Group>
  );
}
