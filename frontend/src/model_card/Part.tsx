import { List, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** One part of a model card, under its heading. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="xs" component="section">
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

/** Sentences of a card, in the language that it was written in. */
export function Sentences({ texts }: { texts: string[] }) {
  return (
    <List size="sm" spacing={4} lang="en">
      {texts.map((text) => (
        <List.Item key={text}>{text}</List.Item>
      ))}
    </List>
  );
}
