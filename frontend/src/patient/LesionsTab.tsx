import { Card, Grid, Stack } from "@mantine/core";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { QueryState } from "@/ui/QueryState";
import { EmptyState } from "@/ui/States";
import { BodyMap } from "./BodyMap";
import type { BodyPosition } from "./body_sites";
import { LesionDialog } from "./LesionDialog";
import { LesionList } from "./LesionList";
import { PhotosInError } from "./PhotosInError";
import { ShelfPanel } from "./ShelfPanel";
import { useAddress } from "./useAddress";
import { useLesions, type Shelf } from "./queries";
import classes from "./LesionsTab.module.css";

/** Where the lesions are, and the chosen one's photos. */
export function LesionsTab({ patientId, archived }: { patientId: string; archived: boolean }) {
  const { t } = useTranslation();
  const { shelf, chooseShelf } = useAddress();
  const lesions = useLesions(patientId);
  const [adding, setAdding] = useState<{ position?: BodyPosition } | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  const choose = (next: Shelf) => {
    chooseShelf(next);
    // On a phone the panel is below the body map, out of sight.
    if (window.matchMedia("(max-width: 62em)").matches) panel.current?.scrollIntoView();
  };

  if (!lesions.data) return <QueryState query={lesions} />;
  const chosen = shelf === "unsorted" ? null : (shelf?.lesionId ?? null);
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 4, lg: 3 }}>
        <Card withBorder>
          <Stack>
            <BodyMap
              lesions={lesions.data}
              chosen={chosen}
              onChoose={(lesionId) => choose({ lesionId })}
              onAdd={(position) => setAdding({ position })}
            />
            <LesionList
              lesions={lesions.data}
              shelf={shelf}
              onChoose={choose}
              onAdd={() => setAdding({})}
            />
            <PhotosInError patientId={patientId} />
          </Stack>
        </Card>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 8, lg: 9 }} ref={panel} className={classes.panel}>
        {shelf ? (
          <ShelfPanel
            key={chosen ?? "unsorted"}
            patientId={patientId}
            shelf={shelf}
            lesions={lesions.data}
            archived={archived}
          />
        ) : (
          <EmptyState title={t("patient.choose.title")} text={t("patient.choose.text")} />
        )}
      </Grid.Col>
      {adding && (
        <LesionDialog
          patientId={patientId}
          position={adding.position}
          onClose={() => setAdding(null)}
          onSaved={(lesion) => {
            setAdding(null);
            choose({ lesionId: lesion.id });
          }}
        />
      )}
    </Grid>
  );
}
