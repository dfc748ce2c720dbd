import { Alert } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCheck,
  IconChecks,
  IconClock,
  IconUpload,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useObjectUrl } from "@/api/useBytes";
import { percent } from "@/i18n/moments";
import { problemText } from "@/ui/notices";
import classes from "./HandInPage.module.css";
import type { SentPhoto } from "./useSentPhotos";

/** The photos of this phone, each with how far it is; why any was refused stands above them. */
export function SentPhotoList({ photos }: { photos: SentPhoto[] }) {
  // Once for a reason, however many photos it is about.
  const refusals = new Set(
    photos.flatMap(({ problem }) =>
      problem && problem.status !== 401 ? [problemText(problem)] : [],
    ),
  );
  return (
    <>
      {[...refusals].map((text) => (
        <Alert key={text} color="red" role="alert">
          {text}
        </Alert>
      ))}
      <ul className={classes.photos}>
        {photos.map((photo, index) => (
          <Photo key={photo.id} photo={photo} number={index + 1} />
        ))}
      </ul>
    </>
  );
}

const ICONS = {
  waiting: IconClock,
  sending: IconUpload,
  done: IconCheck,
  known: IconChecks,
  refused: IconAlertTriangle,
};

function Photo({ photo, number }: { photo: SentPhoto; number: number }) {
  const { t } = useTranslation();
  const preview = useObjectUrl(photo.file);
  const Icon = ICONS[photo.state];
  const text = {
    waiting: t("handoff.phone.waiting"),
    sending: percent(photo.progress),
    done: t("handoff.phone.done"),
    known: t("handoff.phone.known"),
    refused: t("handoff.phone.refused"),
  }[photo.state];
  return (
    <li className={classes.photo}>
      {preview && <img src={preview} alt={t("handoff.phone.photo", { number })} />}
      <span className={classes.state}>
        <Icon size={14} aria-hidden />
        {text}
      </span>
    </li>
  );
}
