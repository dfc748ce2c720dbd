import { Alert, Anchor, Button, Group, Text } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { day } from "@/i18n/moments";
import type { Copy } from "./copies";
import { dismissUpload, sendAnyway, type Upload } from "./queue";
import classes from "./CopyNotice.module.css";

interface Noticed {
  upload: Upload;
  copy: NonNullable<Upload["copy"]>;
}

/** Says before a photo is sent where the clinic has it already, and asks what to do. */
export function CopyNotice({ upload, copy }: Noticed) {
  const { t } = useTranslation();
  const notice = useRef<HTMLDivElement>(null);
  // On a phone it lies below the photo that is being looked at.
  // In a block: where browsers answer with a promise, React would take it for the clean-up.
  useEffect(() => {
    notice.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <Alert ref={notice} color="yellow" p={8}>
      <Text size="sm">
        <CopyText upload={upload} copy={copy} />{" "}
        {copy !== "chosen twice" && !isSameShelf(upload, copy) && (
          <Anchor
            component={Link}
            to={`/patient/${copy.patient_id}?lesion=${copy.lesion_id ?? "unsorted"}&image=${copy.image_id}`}
            inherit
            className={classes.link}
            // Of the text's colour: the accent is too faint on the notice's.
            c="inherit"
            underline="always"
          >
            {t("patient.upload.copy.open")}
          </Anchor>
        )}
      </Text>
      <Group gap="xs" mt={6}>
        <Button
          variant="filled"
          mih={44}
          aria-label={t("patient.upload.copy.leaveOutOf", { name: upload.name })}
          onClick={() => void dismissUpload(upload.id)}
        >
          {t("patient.upload.copy.leaveOut")}
        </Button>
        <Button
          variant="default"
          mih={44}
          aria-label={t("patient.upload.copy.sendAnywayOf", { name: upload.name })}
          onClick={() => void sendAnyway(upload.id)}
        >
          {t("patient.upload.copy.sendAnyway")}
        </Button>
      </Group>
    </Alert>
  );
}

/** Where the clinic has a photo already, and since when. */
export function CopyText({ upload, copy }: Noticed) {
  const { t } = useTranslation();
  if (copy === "chosen twice") return t("patient.upload.copy.twice");
  const since = day(copy.created_at);
  if (isSameShelf(upload, copy)) return t("patient.upload.copy.here", { since });
  const lesion = copy.lesion_id
    ? copy.lesion_label ||
      (copy.body_site ? t(`patient.sites.${copy.body_site}`) : t("patient.lesion.unnamed"))
    : t("patient.photos.unsorted");
  if (copy.patient_id === upload.patientId) {
    return t("patient.upload.copy.ofPatient", { lesion, since });
  }
  const patient = `${copy.full_name} (${copy.record_number})`;
  return t("patient.upload.copy.ofOther", { lesion, patient, since });
}

const isSameShelf = ({ patientId, lesionId, isSorting }: Upload, copy: Copy) =>
  !isSorting && copy.patient_id === patientId && (copy.lesion_id ?? null) === lesionId;
