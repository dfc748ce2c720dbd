import { Button, Text, UnstyledButton } from "@mantine/core";
import { IconDeviceMobile, IconDeviceMobileCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import tile from "@/uploads/AddPhotoTile.module.css";
import { clockText, useSecondsUntil } from "./useCountdown";

interface Phone {
  /** The hand-off that waits for a phone or has one; null where there is none. */
  open: Schemas["Handoff"] | null;
  onPress: () => void;
}

/** Beside a lesion's photos: has a phone take more, or says for how long one is connected. */
export function PhoneTile({ open, onPress }: Phone) {
  const { t } = useTranslation();
  return (
    <UnstyledButton
      className={tile.tile}
      onClick={onPress}
      aria-label={open?.claimed_at ? t("handoff.connected") : t("handoff.open")}
    >
      {open?.claimed_at ? (
        <>
          <IconDeviceMobileCheck size={22} aria-hidden />
          <Left until={open.expires_at} />
        </>
      ) : (
        <>
          <IconDeviceMobile size={22} aria-hidden />
          <Text component="span" className={tile.word} aria-hidden>
            {t("handoff.tile")}
          </Text>
        </>
      )}
    </UnstyledButton>
  );
}

/** The same where a lesion has no photos yet. */
export function PhoneButton({ open, onPress }: Phone) {
  const { t } = useTranslation();
  return (
    <Button
      variant="default"
      size="md"
      onClick={onPress}
      leftSection={<IconDeviceMobile size={18} aria-hidden />}
      style={{ alignSelf: "center" }}
    >
      {open?.claimed_at ? t("handoff.connected") : t("handoff.open")}
    </Button>
  );
}

function Left({ until }: { until: string }) {
  return (
    <Text component="span" className={tile.word} aria-hidden>
      {clockText(useSecondsUntil(until))}
    </Text>
  );
}
