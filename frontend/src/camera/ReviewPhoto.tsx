import { Button } from "@mantine/core";
import { IconCheck, IconRotate2 } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useObjectUrl } from "@/api/useBytes";
import { FrameHintList } from "./FrameHintList";
import type { FrameHints } from "./useFrameHints";
import classes from "./CameraView.module.css";

/** The photo just taken, to be used or taken again. */
export function ReviewPhoto({
  photo,
  hints,
  onAgain,
  onUse,
}: {
  photo: File;
  /** What was wrong with the picture as it was taken. */
  hints: FrameHints | null;
  onAgain: () => void;
  onUse: () => void;
}) {
  const { t } = useTranslation();
  const url = useObjectUrl(photo);
  const use = useRef<HTMLButtonElement>(null);
  useEffect(() => use.current?.focus(), []);
  return (
    <div className={classes.review}>
      {url && <img src={url} alt={t("camera.taken")} className={classes.picture} />}
      <div className={classes.hints}>{hints && <FrameHintList hints={hints} tilt={null} />}</div>
      <div className={classes.choice}>
        <Button
          size="lg"
          variant="default"
          leftSection={<IconRotate2 size={20} aria-hidden />}
          onClick={onAgain}
        >
          {t("camera.again")}
        </Button>
        <Button
          ref={use}
          size="lg"
          leftSection={<IconCheck size={20} aria-hidden />}
          onClick={onUse}
        >
          {t("camera.use")}
        </Button>
      </div>
    </div>
  );
}
