import { Alert, Button, FileButton, Text, Title } from "@mantine/core";
import { IconCamera, IconClock, IconPhoto } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { CameraOpener } from "@/camera/CameraOpener";
import { ACCEPTED } from "@/uploads/accepted";
import { clockText, useSecondsUntil } from "./useCountdown";
import { SentPhotoList } from "./SentPhotoList";
import { useSentPhotos } from "./useSentPhotos";
import classes from "./HandInPage.module.css";

const TYPES = Object.keys(ACCEPTED).join(",");

/** Takes photos on a phone and hands them in, until the hand-off ends. */
export function HandInForm({
  site,
  expiresAt,
  token,
}: {
  /** Where the lesion is: so much tells one lesion of the person in front of it from another. */
  site: Schemas["HandInLesion"]["body_site"];
  expiresAt: string;
  token: (refused?: string) => Promise<string>;
}) {
  const { t } = useTranslation();
  const left = useSecondsUntil(expiresAt);
  const { photos, add } = useSentPhotos(token);
  const isOver = left === 0 || photos.some(({ problem }) => problem?.status === 401);
  const isUnsent = !isOver && photos.some(({ state }) => ["waiting", "sending"].includes(state));
  useWarningBeforeLeaving(isUnsent);
  const sent = photos.filter(({ state }) => state === "done").length;
  return (
    <main className={classes.page}>
      <div className={classes.head}>
        <div>
          <Text size="sm" c="dimmed">
            {t("handoff.phone.title")}
          </Text>
          <Title order={1} size="h3">
            {site ? t(`patient.sites.${site}`) : t("handoff.phone.noSite")}
          </Title>
        </div>
        {!isOver && (
          <Text className={classes.time} role="timer">
            <IconClock size={16} aria-hidden style={{ verticalAlign: "-3px" }} />{" "}
            {t("handoff.left", { time: clockText(left) })}
          </Text>
        )}
      </div>
      <SentPhotoList photos={photos} />
      <div className={classes.actions}>
        <Text size="sm" role="status">
          {sent > 0 ? t("handoff.phone.sent", { count: sent }) : t("handoff.phone.hint")}
        </Text>
        {isOver ? (
          <Alert color="yellow" role="alert" title={t("handoff.phone.over")}>
            {t("handoff.phone.overText")}
          </Alert>
        ) : (
          <>
            <CameraOpener accept={TYPES} onPhoto={(photo, takenAt) => add([photo], takenAt)}>
              {(props) => (
                <Button {...props} size="xl" leftSection={<IconCamera size={24} aria-hidden />}>
                  {t("handoff.phone.take")}
                </Button>
              )}
            </CameraOpener>
            <FileButton multiple accept={TYPES} onChange={(files) => add(files)}>
              {(props) => (
                <Button
                  {...props}
                  size="lg"
                  variant="default"
                  leftSection={<IconPhoto size={20} aria-hidden />}
                >
                  {t("handoff.phone.choose")}
                </Button>
              )}
            </FileButton>
          </>
        )}
      </div>
    </main>
  );
}

/** Photos that were not sent are gone with the page. */
function useWarningBeforeLeaving(isUnsent: boolean) {
  useEffect(() => {
    if (!isUnsent) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isUnsent]);
}
