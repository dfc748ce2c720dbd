import { Button, Card, Group, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { IconPhotoPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { takenText } from "@/findings/taken";
import { Thumbnail } from "@/findings/Thumbnail";
import { day } from "@/i18n/moments";
import { QueryState } from "@/ui/QueryState";
import { UploadList } from "@/uploads/UploadList";
import { useUploads } from "@/uploads/useUploads";
import { useFocus } from "../body/useFocus";
import type { LesionFacts } from "../lesion_facts";
import { useOverviews } from "../queries";
import { useAddress } from "../useAddress";
import { AddOverviewDialog } from "./AddOverviewDialog";
import { OverviewDialog } from "./OverviewDialog";
import { isOf, overviewName } from "./regions";
import classes from "./Overviews.module.css";

/** A patient's overview photos by region and date: of all regions, or of what the map shows. */
export function Overviews({
  patient,
  facts,
}: {
  patient: Schemas["Patient"];
  facts: readonly LesionFacts[];
}) {
  const { t } = useTranslation();
  const { focus } = useFocus();
  const { overviewId, openOverview, closeOverview } = useAddress();
  const [isAdding, setIsAdding] = useState(false);
  const overviews = useOverviews(patient.id);
  const uploads = useUploads().filter(
    ({ patientId, overview }) => patientId === patient.id && overview,
  );
  const shown = (overviews.data ?? []).filter(
    ({ overview }) => overview && (!focus || isOf(overview, focus)),
  );
  const opened = overviews.data?.find(({ id }) => id === overviewId);
  return (
    <Card withBorder component="section" aria-label={t("overviews.title")}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Title order={2} size="h5">
            {t("overviews.title")}
          </Title>
          {!patient.archived_at && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPhotoPlus size={16} aria-hidden />}
              onClick={() => setIsAdding(true)}
            >
              {t("overviews.add")}
            </Button>
          )}
        </Group>
        <UploadList uploads={uploads} />
        <QueryState query={overviews} rows={1} height={88} />
        {overviews.data && shown.length === 0 && (
          <Text size="sm" c="dimmed">
            {t(overviews.data.length > 0 ? "overviews.noneHere" : "overviews.none")}
          </Text>
        )}
        {byRegion(shown, (region) => overviewName(t, region)).map(([name, images]) => (
          <Stack key={name} gap={4}>
            <Text size="sm" fw={500}>
              {name}
            </Text>
            <ul className={classes.photos}>
              {images.map((image) => (
                <li key={image.id}>
                  <UnstyledButton className={classes.photo} onClick={() => openOverview(image.id)}>
                    <Thumbnail
                      imageId={image.id}
                      name={t("overviews.name", { region: name, at: takenText(image, day) })}
                      size={88}
                    />
                    <Text size="xs" c="dimmed" aria-hidden>
                      {takenText(image, day)}
                    </Text>
                  </UnstyledButton>
                </li>
              ))}
            </ul>
          </Stack>
        ))}
      </Stack>
      {isAdding && (
        <AddOverviewDialog
          patientId={patient.id}
          focus={focus}
          onClose={() => setIsAdding(false)}
        />
      )}
      {opened?.overview && (
        <OverviewDialog
          key={opened.id}
          image={opened}
          region={opened.overview}
          facts={facts}
          isReadOnly={!!patient.archived_at}
          onClose={closeOverview}
        />
      )}
    </Card>
  );
}

/** Photos by what they show, each the newest first. */
function byRegion(
  images: readonly Schemas["Image"][],
  nameOf: (region: Schemas["OverviewRegion"]) => string,
): [string, Schemas["Image"][]][] {
  const groups = new Map<string, Schemas["Image"][]>();
  for (const image of images) {
    if (!image.overview) continue;
    const name = nameOf(image.overview);
    groups.set(name, [...(groups.get(name) ?? []), image]);
  }
  return [...groups];
}
