import { ActionIcon, Text, UnstyledButton } from "@mantine/core";
import { IconAngle, IconBulb, IconBulbOff, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState, type CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { FailedCamera } from "./FailedCamera";
import { FrameHintList } from "./FrameHintList";
import { isLevel } from "./level";
import { ReviewPhoto } from "./ReviewPhoto";
import { takePhoto, type OnPhoto } from "./take_photo";
import { useCamera } from "./useCamera";
import { useFrameHints, type FrameHints } from "./useFrameHints";
import { useLevel } from "./useLevel";
import { useTorch } from "./useTorch";
import classes from "./CameraView.module.css";

interface Taken {
  photo: File;
  at: string;
  hints: FrameHints | null;
}

/** The camera's picture with a frame for the lesion; then the photo, to be used or taken again. */
export function CameraView({
  accept,
  onPhoto,
  onClose,
}: {
  /** Media types of files, where there is no picture of a camera to be had. */
  accept: string;
  onPhoto: OnPhoto;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { camera, retry } = useCamera();
  const [taken, setTaken] = useState<Taken | null>(null);
  return (
    <div className={classes.camera}>
      {taken ? (
        <ReviewPhoto
          photo={taken.photo}
          hints={taken.hints}
          onAgain={() => setTaken(null)}
          onUse={() => {
            onPhoto(taken.photo, taken.at);
            setTaken(null);
          }}
        />
      ) : null}
      {/* The picture goes on behind the photo, so that the next one is there at once. */}
      {camera.state === "live" ? (
        <Live stream={camera.stream} isHidden={taken !== null} onTaken={setTaken} />
      ) : camera.state === "starting" ? (
        <Text className={classes.message} role="status">
          {t("camera.starting")}
        </Text>
      ) : (
        <FailedCamera why={camera.why} accept={accept} onRetry={retry} onPhoto={onPhoto} />
      )}
      <ActionIcon
        className={classes.close}
        variant="filled"
        color="dark"
        size={44}
        aria-label={t("camera.close")}
        onClick={onClose}
      >
        <IconX size={22} aria-hidden />
      </ActionIcon>
    </div>
  );
}

function Live({
  stream,
  isHidden,
  onTaken,
}: {
  stream: MediaStream;
  isHidden: boolean;
  onTaken: (taken: Taken) => void;
}) {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  const torch = useTorch(stream);
  const hints = useFrameHints(video, !isHidden);
  const { level, ask } = useLevel();
  const [isPlaying, setIsPlaying] = useState(false);
  const [ratio, setRatio] = useState(1);
  useEffect(() => {
    if (video.current) video.current.srcObject = stream;
  }, [stream]);
  const take = () => {
    if (!video.current) return;
    takePhoto(video.current)
      .then((photo) => onTaken({ photo, at: new Date().toISOString(), hints }))
      .catch(() => undefined);
  };
  return (
    <div className={classes.live} hidden={isHidden}>
      <div className={classes.area}>
        <div className={classes.stage} style={{ "--ratio": ratio } as CSSProperties}>
          <video
            ref={video}
            className={classes.picture}
            aria-label={t("camera.picture")}
            autoPlay
            playsInline
            muted
            onPlaying={() => setIsPlaying(true)}
            onResize={({ currentTarget: { videoWidth, videoHeight } }) =>
              setRatio(videoWidth / videoHeight || 1)
            }
          />
          <div className={classes.frame} aria-hidden>
            {level && (
              <span className={classes.level} data-level={isLevel(level) || undefined}>
                <span
                  className={classes.bubble}
                  style={{
                    transform: `translate(${level.bubble.x * 20}px, ${-level.bubble.y * 20}px)`,
                  }}
                />
              </span>
            )}
          </div>
        </div>
      </div>
      <div className={classes.hints} role="status">
        <FrameHintList hints={hints} tilt={level && !isLevel(level) ? level.tilt : null} />
      </div>
      <div className={classes.controls}>
        <span className={classes.side}>
          {torch && (
            <ActionIcon
              variant="filled"
              color="dark"
              size={52}
              radius="xl"
              aria-pressed={torch.isOn}
              aria-label={t("camera.torch")}
              onClick={torch.toggle}
            >
              {torch.isOn ? <IconBulb aria-hidden /> : <IconBulbOff aria-hidden />}
            </ActionIcon>
          )}
        </span>
        <UnstyledButton
          className={classes.shutter}
          aria-label={t("camera.take")}
          disabled={!isPlaying}
          onClick={take}
        />
        <span className={classes.side}>
          {ask && (
            <ActionIcon
              variant="filled"
              color="dark"
              size={52}
              radius="xl"
              aria-label={t("camera.askLevel")}
              onClick={ask}
            >
              <IconAngle aria-hidden />
            </ActionIcon>
          )}
        </span>
      </div>
    </div>
  );
}
