import { Button, Group, Image, Skeleton, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePicture } from "@/api/useBytes";
import type { Schemas } from "@/api/client";
import { percent } from "@/i18n/moments";
import { DataTable } from "@/ui/DataTable";
import { Facts } from "@/ui/Facts";

/** Photos at a time: each is fetched whole. */
const PAGE = 12;

/** On which cases the two versions disagree, and who is right. */
export function Disagreements({
  cases,
  names: [first, second],
}: {
  cases: Schemas["CaseComparison"];
  names: [string, string];
}) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(PAGE);
  const all = cases.disagreements;
  return (
    <Stack>
      <Facts
        facts={[
          { name: t("comparison.cases.bothRight"), value: cases.both_right },
          {
            name: t("comparison.cases.onlyRight", { version: first }),
            value: cases.only_first_right,
          },
          {
            name: t("comparison.cases.onlyRight", { version: second }),
            value: cases.only_second_right,
          },
          { name: t("comparison.cases.bothWrong"), value: cases.both_wrong },
        ]}
      />
      {all.length === 0 && <Text size="sm">{t("comparison.cases.none")}</Text>}
      {all.length > 0 && (
        <DataTable
          label={t("comparison.cases.table")}
          rows={all.slice(0, shown)}
          rowKey={({ sha256 }) => sha256}
          columns={[
            {
              name: t("comparison.cases.photo"),
              show: ({ sha256 }) => <CasePhoto sha256={sha256} />,
            },
            {
              name: t("comparison.cases.truth"),
              show: ({ truth }) => t(`shell.label.${truth}`),
            },
            { name: first, show: (found) => <Answer share={found.first} of={first} {...found} /> },
            {
              name: second,
              show: (found) => <Answer share={found.second} of={second} {...found} />,
            },
          ]}
        />
      )}
      {all.length > shown && (
        <Group justify="center">
          <Button variant="default" onClick={() => setShown(shown + PAGE)}>
            {t("shell.more")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Answer({ share, of, right }: { share: number; of: string; right: string }) {
  const { t } = useTranslation();
  return (
    <>
      {percent(share, 1)}{" "}
      <Text span size="sm" c="dimmed">
        {t(of === right ? "comparison.cases.isRight" : "comparison.cases.isWrong")}
      </Text>
    </>
  );
}

function CasePhoto({ sha256 }: { sha256: string }) {
  const { t } = useTranslation();
  const { url } = usePicture(`/api/admin/reference-cases/${sha256}/photo`);
  if (!url) return <Skeleton w={96} h={96} />;
  return (
    <Image
      src={url}
      alt={t("comparison.cases.photoOf", { digest: sha256.slice(0, 8) })}
      w={96}
      h={96}
      radius="sm"
      fit="cover"
    />
  );
}
