import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { currentLanguage } from "@/i18n";
import { DataTable } from "@/ui/DataTable";

/** Fields in which two cards differ, each with what either says. */
export function CardChanges({
  label,
  changes,
  names: [first, second],
}: {
  label: string;
  changes: Schemas["CardChange"][];
  names: [string, string];
}) {
  const { t } = useTranslation();
  return (
    <DataTable
      label={label}
      rows={changes}
      rowKey={({ field }) => field}
      columns={[
        {
          name: t("comparison.cards.field"),
          isWhole: true,
          show: ({ field }) => field.replaceAll("_", " ").replaceAll(".", " · "),
        },
        { name: first, show: (change) => <Said texts={change.first} /> },
        { name: second, show: (change) => <Said texts={change.second} /> },
      ]}
    />
  );
}

/** Long decimals are computed, and nobody reads them to the end. */
const LONG_DECIMAL = /^-?\d+\.\d{5,}$/;

/** Enough of a digest to tell it from another. */
const DIGEST = /^[0-9a-f]{64}$/;
const DIGEST_SHOWN = 12;

function legible(text: string): string {
  if (DIGEST.test(text)) return `${text.slice(0, DIGEST_SHOWN)}…`;
  if (!LONG_DECIMAL.test(text)) return text;
  return new Intl.NumberFormat(currentLanguage(), { maximumSignificantDigits: 4 }).format(
    Number(text),
  );
}

/** Texts longer than this run over several lines, and need room between them. */
const A_LINE = 60;

function Said({ texts }: { texts: string[] }) {
  if (texts.length === 0) return "–";
  return (
    <Stack gap={texts.some((text) => text.length > A_LINE) ? "xs" : 0}>
      {texts.map((text, place) => (
        // A list may say the same twice, as of the mean of three channels.
        <Text size="sm" lang="en" key={`${place} ${text}`}>
          {legible(text)}
        </Text>
      ))}
    </Stack>
  );
}
